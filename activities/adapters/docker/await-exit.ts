import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { outputOfEnded, type ContainerOutput } from './container-output';
import { following } from './docker-failure';
import { unlessMissing } from './docker-status';
import { untilAborted } from '../../ports/until-aborted';
import { untilSeen } from '../../ports/until-seen';
import { withoutEnvironment } from './without-environment';

const FIRST_POLL_MILLISECONDS = 50;
const SLOWEST_POLL_MILLISECONDS = 1_000;

export type Ended = ContainerOutput & { readonly exitCode: number };

/**
 * Waits for a container to end, and reads what it wrote. Asks again and again instead of one long question: a broken
 * connection, or an engine that comes back, then costs one answer and not the whole wait.
 * Retry:  safe; nothing but the container is remembered. One that was created and never started, by an attempt that died
 *         between the two, is started.
 * Throws: ServiceUnavailable (engine away) · PreconditionFailed (it could not be started) · the signal's reason
 */
export async function awaitExit(
  docker: Dockerode,
  name: string,
  attempt: Attempt,
): Promise<Ended | undefined> {
  const { signal } = attempt;
  return untilAborted(signal, () =>
    following(`Could not wait for container ${name}`, async () => {
      const info = await ended(docker, name, attempt);
      if (info === undefined) return undefined;
      const wanted = { id: info.Id, tty: info.Config.Tty };
      const redact = await withoutEnvironment(docker, info);
      const written = await outputOfEnded(docker, wanted, signal, () => {
        attempt.onProgress();
      });
      // What a command answers with stands alone on stdout, and is taken as it is.
      return { exitCode: info.State.ExitCode, ...written, output: redact(written.output) };
    }),
  );
}

async function ended(
  docker: Dockerode,
  name: string,
  { signal, onProgress }: Attempt,
): Promise<Dockerode.ContainerInspectInfo | undefined> {
  const container = docker.getContainer(name);
  const look = async () => {
    const info = await container.inspect().catch(unlessMissing);
    if (info?.State.Status === 'created') await start(container, name, info.State.Error);
    onProgress();
    return info;
  };
  return untilSeen(look, (info) => info === undefined || hasEnded(info), {
    everyMilliseconds: FIRST_POLL_MILLISECONDS,
    atMostEveryMilliseconds: SLOWEST_POLL_MILLISECONDS,
    signal,
  });
}

function hasEnded({ State }: Dockerode.ContainerInspectInfo): boolean {
  return State.Status === 'exited' || State.Status === 'dead';
}

/** The engine keeps why a start failed; it would fail again. */
async function start(
  container: Dockerode.Container,
  name: string,
  earlierError: string,
): Promise<void> {
  const reason = earlierError || (await startError(container));
  if (reason === undefined) return;
  throw new AdapterError(
    'PreconditionFailed',
    `Container ${name} could not be started: ${reason}`,
    {
      advice: 'Is the command there in the image, and are its mounts on this host?',
    },
  );
}

async function startError(container: Dockerode.Container): Promise<string | undefined> {
  try {
    await container.start();
    return undefined;
  } catch (error) {
    // The engine's reason is kept in the container; without one it was the engine itself that failed.
    const info = await container.inspect();
    if (info.State.Error === '') throw error;
    return info.State.Error;
  }
}
