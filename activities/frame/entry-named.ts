import type { PostgresEntry, StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';

/** The PostgreSQL entry of this name. Throws: PreconditionFailed when there is none */
export function entryNamed(stack: StackDescription, name: string): PostgresEntry {
  const entry = stack.protect.find((candidate) => candidate.name === name);
  if (entry?.engine === 'postgres') return entry;
  throw new AdapterError(
    'PreconditionFailed',
    `the gate's part ${name} is no PostgreSQL entry of \`protect\``,
    { advice: 'Name an entry with `engine: postgres`.' },
  );
}
