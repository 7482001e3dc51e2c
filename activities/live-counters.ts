import { setTimeout as sleep } from 'node:timers/promises';
import type { SwitchDeployment } from '../workflows/model/deployment';
import type { StackDescription } from '../workflows/model/stack';
import type { SwitchCounters } from '../workflows/model/traffic';
import { AdapterError } from './adapter-error';
import type { Attempt, Site } from './ports';
import type { ReleasePorts, ServiceContainer } from './release-ports';
import { hasEnded } from './service-container';

export interface SwitchOf {
  readonly stack: StackDescription;
  /** Compose's name of it. */
  readonly project: string;
  readonly deployment: SwitchDeployment;
}

/** An engine that starts it again, or that has just been started itself, has done so by then. */
const BACK_WITHIN_MILLISECONDS = 3_000;
const LOOK_MILLISECONDS = 250;

/**
 * What a switch counts. One that has crashed is waited for, since Docker starts it again; but one that was stopped or killed
 * by hand stays away, and nobody is served: waiting would last until the run's deadline, and undoing starts it.
 * Throws: ServiceUnavailable (it does not answer now, or the engine is away) · VerificationFailed (it has ended for good)
 */
export async function liveCounters(
  ports: ReleasePorts,
  site: Site,
  of: SwitchOf,
  attempt: Attempt,
): Promise<SwitchCounters> {
  const key = { stack: of.stack.name, service: of.deployment.service };
  try {
    return await ports.switches.counters(key, attempt);
  } catch (error) {
    const away = error instanceof AdapterError && error.kind === 'ServiceUnavailable';
    if (away) await requireSwitch(ports, site, of, attempt);
    throw error;
  }
}

/**
 * A switch answers on its socket also while the engine is away, which may stop it when it is back: asks the engine.
 * Throws: ServiceUnavailable (the engine is away) · VerificationFailed (it has ended for good)
 */
export async function requireSwitch(
  { services }: ReleasePorts,
  site: Site,
  { project, deployment: { service } }: SwitchOf,
  attempt: Attempt,
): Promise<void> {
  const ended = await staysAway(() => services.containers(site, project, service), attempt);
  if (ended === undefined) return;
  const { name, exitCode } = ended;
  throw new AdapterError(
    'VerificationFailed',
    `The switch of ${service} does not run: ${name} has ended with exit code ${exitCode}, and Docker does not start it again`,
  );
}

/** The switch's container; undefined when it comes back. */
async function staysAway(
  look: () => Promise<readonly ServiceContainer[]>,
  { signal }: Attempt,
): Promise<ServiceContainer | undefined> {
  const deadline = performance.now() + BACK_WITHIN_MILLISECONDS;
  for (;;) {
    const containers = await look();
    const ended = containers.find(hasEnded);
    if (ended === undefined || performance.now() > deadline) return ended;
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
  }
}
