import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { CommandExit } from '../../ports/command-runner';
import type { Demultiplexed } from './demultiplex';
import { asking } from './docker-failure';

export interface StartedExec {
  readonly docker: Dockerode;
  readonly exec: Dockerode.Exec;
  readonly socket: Socket;
  readonly containerId: string;
  /** For messages: `Could not run tar in container melvin-api-1`. */
  readonly attempted: string;
  /** Set by `kill`, as `performance.now()`: how it ended is then known. */
  killedAt: number | undefined;
}

/** The engine notices an exit some milliseconds after the streams have ended. */
const FIRST_POLL_MILLISECONDS = 5;
const SLOWEST_POLL_MILLISECONDS = 500;

/**
 * A connection cut by a proxy or a dying engine ends as politely as one whose program has closed its output. What tells
 * them apart is a program that still runs: nothing that we run closes its output so long before it exits.
 */
const LONGEST_SILENT_RUN_MILLISECONDS = 5_000;

/** A killed program that cannot be signalled, and neither reads nor writes, is given up after so long. */
const GIVE_UP_MILLISECONDS = 15_000;

/**
 * Waits for the streams to end, then for the engine to tell the exit code. A program ended by a signal has code 128 +
 * the signal's number: the engine does not tell the two apart.
 * Throws: ServiceUnavailable (the connection broke, or the engine lost the exec: no byte of it proves anything) ·
 *         PreconditionFailed (no such program, user or folder in the container) · CommandFailed (killed, and still runs)
 */
export async function execExit(
  started: StartedExec,
  { ended, beginning }: Pick<Demultiplexed, 'ended' | 'beginning'>,
  stderrTail: () => string,
): Promise<CommandExit> {
  const startedAt = performance.now();
  const { whole } = await ended;
  const endedAt = performance.now();
  const { ExitCode: code, Pid: pid } = await inspectEnded(started);
  const cut = performance.now() - endedAt > LONGEST_SILENT_RUN_MILLISECONDS;
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const exit = { stderrTail: stderrTail(), elapsedSeconds };
  if (started.killedAt !== undefined) return { code: null, signal: 'SIGTERM', ...exit };
  // A program that never got a process id was never started; the engine then explains on its stdout.
  if (pid === 0 && (code === 126 || code === 127)) throw couldNotStart(started, beginning());
  if (whole && !cut) return { code, signal: null, ...exit };
  const text = `${started.attempted}: the connection to the Docker Engine broke in the middle`;
  throw new AdapterError('ServiceUnavailable', text);
}

/** Also what `kill` waits for: the process id is there only some time after the start was answered. */
export async function inspect(started: StartedExec): Promise<Dockerode.ExecInspectInfo> {
  return asking(started.attempted, () => started.exec.inspect());
}

async function inspectEnded(started: StartedExec): Promise<Dockerode.ExecInspectInfo> {
  let wait = FIRST_POLL_MILLISECONDS;
  for (;;) {
    const info = await inspect(started);
    if (!info.Running && info.ExitCode !== null) return info;
    const { killedAt = Infinity } = started;
    if (performance.now() > killedAt + GIVE_UP_MILLISECONDS) throw stillRuns(started);
    await sleep(wait);
    wait = Math.min(wait * 2, SLOWEST_POLL_MILLISECONDS);
  }
}

/** The engine says in words whether the container lacks something, or could not be entered at all. */
function couldNotStart({ attempted }: StartedExec, complaint: string): AdapterError {
  const reason = complaint.trim() || 'the engine does not say why';
  const lacks = /not found|no such file|no matching entries|permission denied/i.test(reason);
  const kind = lacks ? 'PreconditionFailed' : 'ServiceUnavailable';
  return new AdapterError(kind, `${attempted}: ${reason}`);
}

function stillRuns({ attempted, containerId }: StartedExec): AdapterError {
  const text = `${attempted}: it was told to end and still runs, out of this worker's reach`;
  const advice = `Run the worker on the engine's host as root, or \`docker restart ${containerId.slice(0, 12)}\`.`;
  return new AdapterError('CommandFailed', text, { advice });
}
