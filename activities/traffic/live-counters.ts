import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { StackDescription } from '../../workflows/model/stack';
import type { SwitchCounters } from '../../workflows/model/traffic';
import { whyNoSwitch } from '../../workflows/release/seen-service';
import { AdapterError, isAway } from '../ports/adapter-error';
import { untilSeen } from '../ports/until-seen';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import type { SwitchKey } from '../ports/switches';

export interface SwitchOf {
  readonly stack: StackDescription;
  /** Compose's name of it. */
  readonly project: string;
  readonly deployment: SwitchDeployment;
}

export function keyOf({ stack, deployment }: Omit<SwitchOf, 'project'>): SwitchKey {
  return { stack: stack.name, service: deployment.service };
}

/** An engine that starts it again, or that has just been started itself, has done so by then; Compose has replaced it. */
const BACK_WITHIN_MILLISECONDS = 3_000;
const LOOK_MILLISECONDS = 250;

/**
 * What a switch counts. One that has crashed is waited for, since Docker starts it again; but one that was stopped or removed
 * by hand stays away, and so does one whose place plain Compose has taken: waiting would last until the run's deadline, and
 * undoing brings it back.
 * Throws: ServiceUnavailable (it does not answer now, or the engine is away) · VerificationFailed (it is away for good)
 */
export async function liveCounters(
  ports: ReleasePorts,
  site: Site,
  of: SwitchOf,
  attempt: Attempt,
): Promise<SwitchCounters> {
  try {
    return await ports.switches.counters(keyOf(of), attempt);
  } catch (error) {
    if (isAway(error)) await requireSwitch(ports, site, of, attempt);
    throw error;
  }
}

/**
 * A switch answers on its socket also while the engine is away, which may stop it when it is back: asks the engine.
 * Throws: ServiceUnavailable (the engine is away) · VerificationFailed (it is away for good)
 */
export async function requireSwitch(
  { services }: ReleasePorts,
  site: Site,
  { stack, project, deployment: { service } }: SwitchOf,
  attempt: Attempt,
): Promise<void> {
  const look = async () =>
    whyNoSwitch(stack.name, service, await services.containers(site, project, service));
  const why = await untilSeen(look, (reason) => reason === undefined, {
    everyMilliseconds: LOOK_MILLISECONDS,
    withinMilliseconds: BACK_WITHIN_MILLISECONDS,
    signal: attempt.signal,
  });
  if (why === undefined) return;
  throw new AdapterError('VerificationFailed', why, {
    advice:
      'Leave a released service to pawl: `docker compose up`, or `run` of a service that depends on it, replaces its switch. ' +
      'See `pawl help beside-compose`.',
  });
}
