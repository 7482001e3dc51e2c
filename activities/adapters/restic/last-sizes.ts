import type { Attempt } from '../../ports/attempt';
import { markedPart, stackPartTags } from './labels';
import { listSnapshots } from './list-snapshots';
import type { Restic } from './restic';

/**
 * Bytes of the newest stream of each part of a stack, by the part's name; of a run that failed too, for they are a guide.
 * Throws: PreconditionFailed (no repository) · CredentialsRejected · ServiceUnavailable
 */
export async function lastSizes(
  restic: Restic,
  stack: string,
  { signal }: Attempt,
): Promise<Readonly<Record<string, number>>> {
  const attempted = `Listing what ${restic.name} has of ${stack}`;
  const anyOf = [stackPartTags(stack)];
  const snapshots = await listSnapshots(restic, { anyOf, attempted, signal });
  const oldestFirst = [...snapshots].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const sizes = new Map<string, number>();
  for (const snapshot of oldestFirst) {
    const name = markedPart(snapshot)?.name;
    const bytes = snapshot.summary?.total_bytes_processed;
    if (name !== undefined && bytes !== undefined) sizes.set(name, bytes);
  }
  return Object.fromEntries(sizes);
}
