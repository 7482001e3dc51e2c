import type { Readable } from 'node:stream';
import { snapshotsArguments } from './arguments';
import { objectsIn } from './json-objects';
import type { Restic, ResticCall } from './restic';
import { parseSnapshot, type Snapshot } from './snapshot';

/** What restic's list of a stack's snapshots tells. A further list of all is made where tags may have been changed. */
export interface Listed {
  /** What bears the marks of the stack's points and parts. */
  readonly own: readonly Snapshot[];
  readonly all: () => Promise<readonly Snapshot[]>;
}

interface SnapshotQuery extends Pick<ResticCall, 'attempted' | 'signal' | 'wasSeen'> {
  /** Each list names tags that a snapshot must bear all of; one list is enough. Every snapshot when there is none. */
  readonly anyOf: readonly (readonly string[])[];
}

/**
 * Snapshots that bear the tags. Read one by one as restic prints them: a repository may have hundreds of thousands. What is
 * no snapshot, whoever has written it, hides no other one.
 */
export async function listSnapshots(
  restic: Restic,
  { anyOf, ...call }: SnapshotQuery,
): Promise<readonly Snapshot[]> {
  const args = snapshotsArguments(anyOf);
  const running = await restic.start({ args, ...call }, { patience: 'none', stdin: 'ignore' });
  const snapshots: Snapshot[] = [];
  for await (const object of objectsIn(running.stdout as Readable & AsyncIterable<Buffer>)) {
    const snapshot = parseSnapshot(object);
    if (snapshot !== undefined) snapshots.push(snapshot);
  }
  await running.ended();
  return snapshots;
}
