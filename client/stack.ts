import { findStackFile } from '../stack-file/find';
import { findSources } from '../stack-file/find-sources';
import type { StackSource } from '../workflows/model/schedule';
import type { StackDescription } from '../workflows/model/stack';
import { ClientError } from './client-error';
import type { Globals } from './command';
import { EXIT_CODES } from './exit-codes';
import { memoryIn, remembered } from './stack-memory';

/** The stack that `-f` and `-e` name. What reads its YAML is loaded only where the file has changed since it was last read. */
export async function loadStack(globals: Globals): Promise<StackDescription> {
  const sources = findSources(globals);
  return remembered(sources, memoryIn(globals.env), async () => {
    const { readStack } = await import('../stack-file/read-stack.js');
    return readStack(sources).description;
  });
}

/** Where that file is: on its host, it is read again by what starts by itself. */
export function stackSource(globals: Globals): StackSource {
  const { environment } = globals;
  return { file: findStackFile(globals).path, ...(environment !== undefined && { environment }) };
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
