import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import type { Invocation } from '../command';

/** Of a shell, when a signal ended what it ran. */
const SIGNAL_EXIT_BASE = 128;
const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export interface ProgramOptions {
  readonly nodeFlags?: readonly string[];
  /** What the operator has set wins. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Becomes, as far as a parent can, another program of this package: its streams, our signals, its exit code. A process of
 * its own, because the client must never load the worker.
 */
export function runProgram(
  file: string,
  { operands, globals, output }: Pick<Invocation, 'operands' | 'globals' | 'output'>,
  { nodeFlags = [], environment = {} }: ProgramOptions = {},
): Promise<number> {
  const program = resolve(__dirname, '../..', file);
  const argv = globals.json ? ['--json', ...operands] : operands;
  const child = spawn(process.execPath, [...nodeFlags, program, ...argv], {
    stdio: 'inherit',
    cwd: globals.cwd,
    env: { ...environment, ...globals.env },
  });
  const forward = (signal: NodeJS.Signals) => {
    // Ctrl-C on a terminal reaches the whole group: the child has it already.
    if (signal !== 'SIGINT' || output.stdin.isTTY !== true) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((end, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      end(code ?? SIGNAL_EXIT_BASE + (signal ? constants.signals[signal] : 0));
    });
  });
}
