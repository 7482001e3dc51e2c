import { ApplicationFailure } from '@temporalio/workflow';
import { otherSlot, slotService, type Slot } from '../../model/deployment';
import type { ReleasedOutcome } from '../../model/outcome';
import { stepId } from '../../model/step-id';
import { renewStep } from '../../plan/plan-deploy';
import type { Traffic } from '../../model/traffic';
import type { Run } from '../runbook';
import type { Undo } from '../undo-on-failure';
import { isSwitched, newService, type Placement, type SwitchedService } from './placement';

type CanaryVerdict = ReleasedOutcome['canary'][number];

/** What came of the shifting of one service's requests. */
export interface Shifted {
  readonly canary: readonly CanaryVerdict[];
  /** Longest time without an answer; only where the switch was made, or made anew. */
  readonly gapSeconds: number;
  readonly notes: readonly string[];
}

/** Sends the requests of every switched service to the release: share by share, judged in between. */
export async function shiftTraffic(run: Run, undo: Undo, placement: Placement): Promise<Shifted> {
  const canary: CanaryVerdict[] = [];
  const notes: string[] = [];
  let gapSeconds = 0;
  for (const placed of placement.services) {
    if (!isSwitched(placed)) continue;
    const shifted = await shiftService(run, undo, placement, placed);
    canary.push(...shifted.canary);
    notes.push(...shifted.notes);
    gapSeconds = Math.max(gapSeconds, shifted.gapSeconds);
  }
  return { canary, gapSeconds, notes };
}

async function shiftService(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: SwitchedService,
): Promise<Shifted> {
  const { slot, active } = placed;
  if (active === undefined) return takeOver(run, undo, placement, placed);
  const { service } = placed.deployment;
  undo.push(
    stepId('shift-back', service),
    `send all requests of ${service} back to ${active}`,
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, traffic(active, 100, 'off'), placed.before),
      ]),
    'urgent',
  );
  const canary: CanaryVerdict[] = [];
  let gapSeconds = placed.renewsSwitch ? await renewSwitch(run, placement, placed, active) : 0;
  for (const share of placed.shares) {
    const shares = traffic(slot, share, share === 100 ? 'drain' : { weight: 100 - share });
    const steered = await steer(run, placement, placed, shares, share);
    gapSeconds = Math.max(gapSeconds, steered.gapSeconds ?? 0);
    if (share < 100) canary.push(await judge(run, placement, placed, share, steered.counters));
  }
  return { canary, gapSeconds, notes: await drain(run, placed, active) };
}

/** A switch of another image is made anew while the old slot has all requests: a step of its own, so that its gap is known. */
async function renewSwitch(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  active: Slot,
): Promise<number> {
  const { id, title } = renewStep(placed.deployment.service);
  const shares = traffic(active, 100, 'off');
  const { gapSeconds = 0 } = await run.step(
    id,
    title,
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, shares, placement.release),
      ]),
    gapDetail,
  );
  return gapSeconds;
}

function gapDetail({ gapSeconds }: { readonly gapSeconds?: number }): { detail?: string } {
  if (gapSeconds === undefined) return {};
  return { detail: `at most ${gapSeconds.toFixed(1)} s without an answer` };
}

/** The first time there is nothing to shift from: the switch begins with the release, and takes the port. */
async function takeOver(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: SwitchedService,
): Promise<Shifted> {
  const { project } = placement;
  const { adopts, before } = placed;
  const { service } = placed.deployment;
  if (adopts && before !== undefined) {
    undo.push(
      stepId('give-back', service),
      `give ${service} back to plain Compose`,
      (options) =>
        run.act.startService.executeWithOptions(options, [
          { stack: run.stack, project, release: before, service },
        ]),
      'urgent',
    );
  } else {
    undo.push(stepId('remove-switch', service), `remove the switch of ${service}`, (options) =>
      run.act.removeService.executeWithOptions(options, [
        { stack: run.stack, project, release: placement.release, service, whosever: true },
      ]),
    );
  }
  const { gapSeconds = 0 } = await steer(
    run,
    placement,
    placed,
    traffic(placed.slot, 100, 'off'),
    100,
  );
  if (placed.clears !== undefined) await clear(run, placement, placed, placed.clears);
  return { canary: [], gapSeconds: adopts ? gapSeconds : 0, notes: [] };
}

async function clear(
  run: Run,
  { project, release }: Placement,
  { deployment }: SwitchedService,
  slot: Slot,
): Promise<void> {
  const service = slotService(deployment.service, slot);
  await run.step(stepId('clear', deployment.service), `remove what is left in ${slot}`, (options) =>
    run.act.removeService.executeWithOptions(options, [
      { stack: run.stack, project, release, service, whosever: true },
    ]),
  );
}

function traffic(slot: Slot, weight: number, other: Traffic[Slot]): Traffic {
  return { [slot]: { weight }, [otherSlot(slot)]: other } as unknown as Traffic;
}

function steering(
  run: Run,
  { project, release }: Placement,
  { deployment, replicas }: SwitchedService,
  shares: Traffic,
  file: number | undefined,
) {
  return {
    stack: run.stack,
    project,
    deployment,
    replicas,
    traffic: shares,
    release: file ?? release,
  };
}

async function steer(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  shares: Traffic,
  share: number,
) {
  const { service } = placed.deployment;
  return run.step(
    stepId('shift', `${service}/${share}`),
    `send ${share} % of ${service}'s requests to ${placed.slot}`,
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, shares, placement.release),
      ]),
    gapDetail,
  );
}

async function judge(
  run: Run,
  { project }: Placement,
  placed: SwitchedService,
  share: number,
  before: Parameters<Run['act']['watchTraffic']>[0]['before'],
): Promise<CanaryVerdict> {
  const { deployment, slot } = placed;
  const { canary } = deployment;
  if (canary === undefined)
    throw ApplicationFailure.nonRetryable('a share without a canary', 'InternalError');
  const { verdict, newResponses, newErrors, detail } = await run.step(
    stepId('judge', `${deployment.service}/${share}`),
    `judge ${newService(placed)} at ${share} %`,
    (options) =>
      run.act.watchTraffic.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, deployment, slot, before },
          seconds: canary.pauseSeconds,
          policy: canary,
        },
      ]),
    ({ detail: figures }) => ({ detail: figures }),
  );
  if (verdict === 'failed') throw notGood(newService(placed), `at ${share} %`, detail);
  return { service: deployment.service, share, verdict, newResponses, newErrors, detail };
}

export function notGood(service: string, when: string, detail: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`${service} ${when}: ${detail}`, 'VerificationFailed', {});
}

async function drain(run: Run, placed: SwitchedService, slot: Slot): Promise<string[]> {
  const { deployment } = placed;
  const { left, seconds } = await run.step(
    stepId('drain', deployment.service),
    `wait for what is in flight in ${slot}`,
    (options) =>
      run.act.drainSlot.executeWithOptions(options, [{ stack: run.stack, deployment, slot }]),
    (drained) => ({ detail: `${drained.left} left after ${drained.seconds.toFixed(1)} s` }),
  );
  if (left === 0) return [];
  return [
    `${left} connections of ${deployment.service} were still in flight in ${slot} after ${seconds.toFixed(0)} s; ` +
      'they go on until it is stopped.',
  ];
}
