import type { Slot } from '../../workflows/model/deployment';
import { AdapterError } from '../ports/adapter-error';
import { untilDone } from '../ports/until-seen';
import { becomeReady, type Starting } from './become-ready';
import { tagImages } from './tag-images';
import { keepLogs } from './keep-log';
import { isOfRelease, isPlain, isSwitch } from './service-container';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';

export interface StartServiceInput extends StepInput, Starting {
  /** Present: what runs of it now is stopped first, with this grace before SIGKILL. */
  readonly stopSeconds?: number;
  /** The release is the record of what plain Compose runs: its containers bear no number of it. */
  readonly plain?: true;
  /** Present, for an undo: what stands in the way, such as a port that another process has, is waited for so long. */
  readonly insistSeconds?: number;
  /** Present: it is a slot that gets no requests yet; its switch checks it as soon as it runs. */
  readonly slotOf?: { readonly service: string; readonly slot: Slot };
}

export interface StartedService {
  readonly containers: number;
  readonly seconds: number;
}

const INSIST_MILLISECONDS = 1_000;

/**
 * Starts a service of a release and waits until it is ready: running, healthy by Docker's own check where there is one,
 * then so many direct answers in a row.
 * Shape:  { stack, project, release, service, port, ready } → { containers, seconds }
 * Retry:  safe; what is as the file says is left alone
 * Throws: VerificationFailed (never ready; the message has its last lines) · PreconditionFailed (port or name taken)
 */
export const startService =
  (ports: HostPorts) =>
  (input: StartServiceInput): Promise<StartedService> =>
    runStep(ports, input, { phase: `start ${input.service}` }, async (attempt, site) => {
      const begin = performance.now();
      const file = await ports.release.releases.file(input.stack.name, input.release);
      if (input.stopSeconds !== undefined && !(await isStarted(ports.release, site, input))) {
        const { stopSeconds } = input;
        await ports.release.compose.stop({
          site,
          file,
          services: [input.service],
          graceSeconds: stopSeconds,
          attempt,
        });
      }
      for (const service of [input.service, ...(input.followers ?? [])]) {
        await tagImages(ports.release, input.stack.name, input.release, service);
      }
      await keepFormerLogs(ports, site, input);
      const checks = checksOf(ports.release, input, attempt);
      await checks.pause();
      await up(ports.release, site, { ...input, file }, attempt);
      const containers = await becomeReady(ports.release, site, input, attempt, checks.resume);
      return { containers, seconds: (performance.now() - begin) / 1000 };
    });

/** Compose removes what is of another release when it makes the new one. */
async function keepFormerLogs(
  ports: HostPorts,
  site: Site,
  { project, service, release }: StartServiceInput,
): Promise<void> {
  const found = await ports.release.services.containers(site, project, service);
  const former = found.filter((one) => !isOfRelease(one, release) && !isSwitch(one));
  await keepLogs(ports, site, service, former);
}

async function up(
  { compose }: ReleasePorts,
  site: Site,
  {
    file,
    service,
    scale,
    followers = [],
    insistSeconds = 0,
  }: StartServiceInput & { readonly file: string },
  attempt: Attempt,
): Promise<void> {
  const on = { site, file, attempt };
  await untilDone(
    () =>
      scale === undefined
        ? compose.up({ ...on, services: [service, ...followers] })
        : compose.scale({ ...on, service, scale }),
    // Something is in the way of it.
    (error) => error instanceof AdapterError && error.kind === 'PreconditionFailed',
    {
      everyMilliseconds: INSIST_MILLISECONDS,
      withinMilliseconds: insistSeconds * 1000,
      signal: attempt.signal,
    },
  );
}

/** A second attempt must not stop what the first one has started. */
async function isStarted(
  ports: ReleasePorts,
  site: Site,
  { project, service, release, plain }: StartServiceInput,
): Promise<boolean> {
  const containers = await ports.services.containers(site, project, service);
  return containers.some((container) =>
    plain === true ? isPlain(container) : isOfRelease(container, release),
  );
}

/** Of a slot, its switch's: they begin as soon as a container runs, while it is waited for here. */
function checksOf(
  { switches }: ReleasePorts,
  { stack, slotOf }: StartServiceInput,
  attempt: Attempt,
): Readonly<Record<'pause' | 'resume', () => Promise<void>>> {
  const told = async (how: 'pauseChecks' | 'resumeChecks'): Promise<void> => {
    if (slotOf === undefined) return;
    await switches[how]({ stack: stack.name, service: slotOf.service }, slotOf.slot, attempt);
  };
  return { pause: () => told('pauseChecks'), resume: () => told('resumeChecks') };
}
