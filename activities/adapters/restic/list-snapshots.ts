import { snapshotsArguments } from './arguments';
import type { Snapshot } from './events';
import type { Restic } from './restic';

/** Snapshots that bear all of these tags. */
export async function listSnapshots(
  restic: Restic,
  tags: readonly string[],
  attempted: string,
): Promise<readonly Snapshot[]> {
  const output = await restic.run({ args: snapshotsArguments(tags), attempted });
  return JSON.parse(output) as Snapshot[];
}
