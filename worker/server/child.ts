import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dieWithWorkerPrefix } from '../../activities/adapters/process/die-with-worker';
import type { Environment } from '../settings';

export interface ChildCommand {
  readonly argv: readonly string[];
  readonly env: Environment;
  /** File descriptor for its output; this process's own when absent. */
  readonly output?: number;
  /** Opens Node's IPC channel to it. */
  readonly ipc?: boolean;
}

/** A process that dies with this one: by the kernel's hand where it offers that, by its own when its channel closes. */
export interface Child {
  readonly pid: number;
  /** `exit code 1`, `signal SIGKILL`. */
  readonly exit: Promise<string>;
  /** Resolves with its first message; never, without a channel. */
  readonly message: Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
}

/** Throws: when the program cannot be started */
export async function startChild({ argv, env, output, ipc }: ChildCommand): Promise<Child> {
  const [file = '', ...args] = [...dieWithWorkerPrefix(), ...argv];
  const out = output ?? 'inherit';
  const child = spawn(file, args, {
    env: { ...env },
    stdio: ipc === true ? ['ignore', out, out, 'ipc'] : ['ignore', out, out],
    // A terminal's Ctrl-C goes to the whole foreground group; here one process decides who stops when.
    detached: true,
  });
  const exit = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `exit code ${String(code)}` : `signal ${String(signal)}`,
  );
  const message = new Promise((resolve) => child.once('message', resolve));
  await once(child, 'spawn');
  return { pid: child.pid ?? 0, exit, message, kill: (signal) => void child.kill(signal) };
}

/** Asks a child to end, and makes it when it does not within the grace. Idempotent. */
export async function stopChild(child: Child, graceMilliseconds: number): Promise<void> {
  child.kill('SIGTERM');
  const forced = setTimeout(() => {
    child.kill('SIGKILL');
  }, graceMilliseconds);
  await child.exit;
  clearTimeout(forced);
}
