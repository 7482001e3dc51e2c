import { readingFrom } from '../../workflows/model/copy';
import type { StackDescription } from '../../workflows/model/stack';
import type { Flags } from '../command';
import { usageError } from './usage-error';

/** The stack as `--from` wants it read. Throws: ClientError (usage) where it has no such copy */
export function readFrom(stack: StackDescription, { from }: Flags): StackDescription {
  if (from === undefined) return stack;
  const reading = readingFrom(stack, from);
  if (reading !== undefined) return reading;
  throw noSuchCopy(stack, from);
}

export function noSuchCopy({ name, copies = [] }: StackDescription, copy: string): Error {
  const known = copies.map((one) => one.name).join(', ');
  return usageError(
    `${name} has no copy called "${copy}".`,
    known === '' ? 'Its stack file has no `copies`.' : `Its stack file has: ${known}.`,
  );
}
