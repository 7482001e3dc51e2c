import { setTimeout as sleep } from 'node:timers/promises';
import { slotService, type Slot, type SwitchDeployment } from '../../workflows/model/deployment';
import type { SwitchCounters } from '../../workflows/model/traffic';
import { judgeTraffic, type Judgement, type JudgedBy } from '../../workflows/release/judge-traffic';
import { liveCounters } from './live-counters';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { probeContainer } from '../containers/probe-container';
import { runStep, type StepInput } from '../frame/run-step';

export interface WatchTrafficInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  /** The new one. */
  readonly slot: Slot;
  /** As the steering left them. */
  readonly before: SwitchCounters;
  readonly seconds: number;
  readonly policy: JudgedBy;
}

/** Bounded, so that a watched service is not burdened: five a second. */
const PROBE_EACH_MILLISECONDS = 200;
const LOOK_EACH_PROBES = 5;

/**
 * Watches the new slot for a while: what the switch counts, and direct probes of pawl's own at a bounded rate. Ends at once
 * when it is bad beyond doubt.
 * Shape:  { project, deployment, slot, before, seconds, policy } → Judgement (a bad one is a result, not a failure)
 * Retry:  safe; `before` is the beginning, the time begins again
 * Throws: ServiceUnavailable (the switch does not answer) · VerificationFailed (it has ended for good)
 */
export const watchTraffic =
  (ports: HostPorts) =>
  (input: WatchTrafficInput): Promise<Judgement> => {
    const phase = `watch ${input.deployment.service}-${input.slot}`;
    return runStep(ports, input, { phase }, async (attempt, site) => {
      const deadline = performance.now() + input.seconds * 1000;
      const probes = { sent: 0, failed: 0 };
      const looks: [SwitchCounters, ...SwitchCounters[]] = [input.before];
      for (;;) {
        if (probes.sent % LOOK_EACH_PROBES === 0 || performance.now() >= deadline) {
          looks.push(await liveCounters(ports.release, site, input, attempt));
          const isOver = performance.now() >= deadline;
          const judgement = judgeTraffic(input.policy, input.slot, looks, probes, isOver);
          if (judgement.verdict === 'failed' || isOver) return judgement;
        }
        const next = sleep(PROBE_EACH_MILLISECONDS, undefined, { signal: attempt.signal });
        const good = await probe(ports.release, site, input, probes.sent, attempt);
        probes.sent += 1;
        if (!good) probes.failed += 1;
        await next;
      }
    });
  };

/** Containers in turn; one that does not run is a failed answer. */
async function probe(
  ports: ReleasePorts,
  site: Site,
  { project, deployment, slot }: WatchTrafficInput,
  turn: number,
  attempt: Attempt,
): Promise<boolean> {
  const service = slotService(deployment.service, slot);
  const containers = await ports.services.containers(site, project, service);
  const address = containers[turn % Math.max(1, containers.length)]?.addresses[0];
  if (address === undefined) return false;
  return (await probeContainer(ports, address, deployment, attempt)).good;
}
