import type { Part } from '../../workflows/model/recovery-point';
import type { ProtectEntry, StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Engine } from '../ports/engine';
import type { Ports } from '../ports/host-ports';

/** The engine of an entry. */
export function engineFor(ports: Ports, entry: ProtectEntry): Engine {
  return ports.engines[entry.engine];
}

/**
 * The entry of the stack file that a part belongs to.
 * Throws: PreconditionFailed when the entry is gone or is of another engine than the recovery point's part
 */
export function entryOf(stack: StackDescription, part: Part): ProtectEntry {
  const entry = stack.protect.find((candidate) => candidate.name === part.entry);
  if (entry?.engine === part.engine) return entry;
  throw new AdapterError(
    'PreconditionFailed',
    `part ${part.name} belongs to the ${part.engine} entry ${part.entry}, which the stack file ` +
      (entry === undefined ? 'does not have' : `has as ${entry.engine}`),
    { advice: `Add the entry ${part.entry} under protect, or name the parts to restore.` },
  );
}
