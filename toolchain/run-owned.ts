import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface OwnedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted: the program and all that it started are killed. */
  readonly signal?: AbortSignal | undefined;
  readonly onOutputLine?: (line: string) => void;
  readonly onErrorLine: (line: string) => void;
}

/**
 * Runs a program that starts others, such as Go's compilers, in a process group of its own. The whole group is killed
 * when this process ends before it, by an exception or a signal, or when it is aborted.
 * Shape:  → how it ended: 0, `exit code 1`, `SIGKILL`
 * Throws: Error when it cannot be started · the signal's reason
 */
export async function runOwned(command: OwnedCommand): Promise<0 | string> {
  const { argv, cwd, env, signal, onOutputLine, onErrorLine } = command;
  signal?.throwIfAborted();
  const [file, ...args] = argv;
  const child = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', onOutputLine === undefined ? 'ignore' : 'pipe', 'pipe'],
  });
  if (child.stdout && onOutputLine) createInterface(child.stdout).on('line', onOutputLine);
  if (child.stderr) createInterface(child.stderr).on('line', onErrorLine);
  const release = endWithUs(child);
  const abort = (): void => {
    killGroup(child);
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const ending = await new Promise<0 | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => {
        resolve(code === 0 ? 0 : (killedBy ?? `exit code ${String(code)}`));
      });
    });
    signal?.throwIfAborted();
    return ending;
  } finally {
    signal?.removeEventListener('abort', abort);
    release();
  }
}

/** A group of its own gets no Ctrl-C from the terminal, and nobody else would end it. */
function endWithUs(child: ChildProcess): () => void {
  const end = (): void => {
    killGroup(child);
  };
  const endBySignal = (signal: NodeJS.Signals): void => {
    end();
    if (process.listenerCount(signal) > 1) return; // Somebody else decides what the signal means.
    release();
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.off('exit', end);
    for (const signal of SIGNALS) process.off(signal, endBySignal);
  };
  process.on('exit', end);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
  return release;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
