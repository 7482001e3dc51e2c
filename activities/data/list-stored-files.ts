import { openToRead } from '../frame/open-to-read';
import { isTree, type PartSummary, type StoredListing } from '../../workflows/model/recovery-point';
import { runStep, type StepInput } from '../frame/run-step';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';

export interface ListStoredFilesInput extends StepInput {
  /** Of a recovery point. */
  readonly parts: readonly PartSummary[];
  /** Which of them. */
  readonly part: string;
  /** Relative to the part's folder; empty for itself. */
  readonly path: string;
}

/** As many as a person reads, and a payload holds. */
const MOST_NODES = 5_000;

/**
 * Lists what is in one folder of a part that is stored file by file.
 * Shape:  { stack, parts, part, path } → { nodes, more }
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no such part or path, or a part that is stored as one stream) · as the repository
 */
export const listStoredFiles =
  (ports: Ports) =>
  (input: ListStoredFilesInput): Promise<Required<Pick<StoredListing, 'nodes' | 'more'>>> =>
    runStep(ports, input, { phase: `list ${input.part}` }, async (attempt, site) => {
      const stored = requireTree(input);
      const { trees } = openToRead(ports, site, input.stack);
      return trees.list(stored.snapshotId, input.path, MOST_NODES, attempt);
    });

function requireTree({ parts, part: name }: ListStoredFilesInput): PartSummary {
  const stored = parts.find(({ part }) => part.name === name);
  if (stored === undefined) {
    const names = parts.map(({ part }) => part.name).join(', ');
    throw refused(`The recovery point has no part ${name}`, `It has: ${names}.`);
  }
  if (stored.missing === true) {
    throw refused(`part ${name} is no longer in the repository`, '`pawl points` lists the others.');
  }
  if (isTree(stored)) return stored;
  throw refused(
    `part ${name} is stored as one stream (${stored.format}), whose files cannot be listed`,
    'Restore it elsewhere to look into it: `pawl restore PART --into NAME`.',
  );
}

function refused(text: string, advice: string): AdapterError {
  return new AdapterError('PreconditionFailed', text, { advice });
}
