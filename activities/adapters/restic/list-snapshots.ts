import { snapshotsArguments } from './arguments';
import type { Snapshot } from './events';
import type { Restic, ResticCall } from './restic';

interface SnapshotQuery extends Pick<ResticCall, 'attempted' | 'signal'> {
  readonly tags: readonly string[];
}

/** Snapshots that bear all of these tags. */
export async function listSnapshots(
  restic: Restic,
  { tags, ...call }: SnapshotQuery,
): Promise<readonly Snapshot[]> {
  const output = await restic.run({ args: snapshotsArguments(tags), ...call });
  return JSON.parse(output) as Snapshot[];
}
