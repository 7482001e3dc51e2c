import type { SwitchCounters } from '../../workflows/model/traffic';
import { liveCounters, requireSwitch, type SwitchOf } from './live-counters';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { untilSeen } from '../ports/until-seen';

export interface Drained {
  /** Requests and open connections that did not end in time; 0 when there are none any more. */
  readonly left: number;
  readonly seconds: number;
}

const LOOK_MILLISECONDS = 250;

/**
 * Waits until nothing is in flight any more, `drainSeconds` at most.
 * Throws: ServiceUnavailable (the switch does not answer) · VerificationFailed (it has ended for good)
 */
export async function untilDrained(
  ports: ReleasePorts,
  site: Site,
  of: SwitchOf,
  inFlight: (counters: SwitchCounters) => number,
  attempt: Attempt,
): Promise<Drained> {
  const begin = performance.now();
  const left = await untilSeen(
    async () => inFlight(await liveCounters(ports, site, of, attempt)),
    (requests) => requests === 0,
    {
      everyMilliseconds: LOOK_MILLISECONDS,
      withinMilliseconds: of.deployment.drainSeconds * 1000,
      signal: attempt.signal,
    },
  );
  const seconds = (performance.now() - begin) / 1000;
  await requireSwitch(ports, site, of, attempt);
  return { left, seconds };
}
