import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { CommandExit } from '../../ports/command-runner';
import { untilSeen } from '../../ports/until-seen';
import { inspect, type StartedExec } from './exec-exit';

const KILL_GRACE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 20;

/**
 * Ends an exec, for which the engine has no request. Two ways, both at once:
 * - its connection is closed: what writes gets SIGPIPE, what reads sees the end of its input;
 * - the engine tells its process id on the host; where this worker sees that process in the container's control group,
 *   it sends SIGTERM, and SIGKILL after a grace.
 * A worker in a container of its own, or beside a remote engine, has the first way only.
 * Retry: idempotent. Resolves when the process is gone, or when `exit` has given it up.
 */
export async function killExec(started: StartedExec, exit: Promise<CommandExit>): Promise<void> {
  started.killedAt ??= performance.now();
  const gone = exit.then(
    () => true,
    () => true,
  );
  try {
    await signalFromHost(started, 'SIGTERM');
    started.socket.destroy();
    if (await Promise.race([gone, after(KILL_GRACE_MILLISECONDS)])) return;
    await signalFromHost(started, 'SIGKILL');
  } catch {
    // The engine is away, and `exit` rejects with it: who waits for the exit is told.
    started.socket.destroy();
  }
  await gone;
}

async function signalFromHost(started: StartedExec, signal: NodeJS.Signals): Promise<void> {
  const pid = await processId(started);
  if (pid === undefined || !(await isInContainer(pid, started.containerId))) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone between the look and the signal, or not ours to signal: the closed connection has to do.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The engine answers the start before the process exists. */
async function processId(started: StartedExec): Promise<number | undefined> {
  const isKnown = ({ Running: running, Pid: pid }: Dockerode.ExecInspectInfo) =>
    !running || pid !== 0;
  const { Running: running, Pid: pid } = await untilSeen(() => inspect(started), isKnown, {
    everyMilliseconds: POLL_MILLISECONDS,
  });
  return running ? pid : undefined;
}

/** Guards against another machine's process ids: the engine may be remote, this worker in a container. */
async function isInContainer(pid: number, containerId: string): Promise<boolean> {
  const controlGroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return controlGroups.includes(containerId);
}

async function after(milliseconds: number): Promise<false> {
  await sleep(milliseconds, undefined, { ref: false });
  return false;
}
