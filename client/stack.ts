import type { StackDescription } from '../workflows/model/stack';
import { ClientError } from './client-error';
import type { Globals } from './command';
import { EXIT_CODES } from './exit-codes';

/** The stack that `-f` and `-e` name. The stack file's code (yaml, zod) is loaded here, not with the command line. */
export async function loadStack(globals: Globals): Promise<StackDescription> {
  const { loadStackFile } = await import('../stack-file/load.js');
  return loadStackFile(globals);
}

export interface RunName {
  /** `melvin/42`. */
  readonly run: string;
  readonly stack: string;
  readonly number: number;
  /** Set by who submitted it: an older run with the same number is another one. */
  readonly requestId?: string;
}

/** Takes `melvin/42`, or `42` where a stack file says which stack is meant. */
export async function resolveRun(text: string | undefined, globals: Globals): Promise<RunName> {
  const match = /^(?:([^/\s]+)\/)?(\d{1,9})$/.exec(text ?? '');
  if (!match?.[2]) {
    throw new ClientError(EXIT_CODES.usage, `"${text ?? ''}" names no run.`, {
      advice: 'Write it as melvin/42, or 42 beside a stack file. `pawl runs` lists them.',
      reason: 'usage',
    });
  }
  const number = Number(match[2]);
  const stack = match[1] ?? (await loadStack(globals)).name;
  return { run: `${stack}/${number}`, stack, number };
}
