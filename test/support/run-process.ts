import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dieWithWorkerPrefix } from '../../activities/adapters/process/die-with-worker';
import type { Environment } from '../../worker/settings';

export interface ProcessResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly env: Environment;
  readonly cwd?: string;
  /** Written to its standard input, which is closed then. */
  readonly input?: string;
  /** Default 60; then it is killed and the call fails, telling what it had printed. */
  readonly timeoutSeconds?: number;
}

/** Runs a program to its end, whatever its exit code. */
export async function runProcess(
  argv: readonly string[],
  { env, cwd, input = '', timeoutSeconds = 60 }: ProcessOptions,
): Promise<ProcessResult> {
  const [file = '', ...args] = [...dieWithWorkerPrefix(), ...argv];
  const child = spawn(file, args, { env: { ...env }, cwd });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
  }
  // It may have ended without reading: its exit code tells.
  child.stdin.on('error', () => undefined).end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (code === null && child.killed) {
    throw new Error(
      `${argv.join(' ')} did not end in ${timeoutSeconds} s:\n${printed.stdout}${printed.stderr}`,
    );
  }
  return { code, ...printed };
}
