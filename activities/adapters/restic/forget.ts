import type { Attempt } from '../../ports/attempt';
import type { Forgotten, Upkeep } from '../../ports/retention';
import { forgetArguments } from './arguments';
import { isManifest, isOfStack, markedRun } from './labels';
import { listSnapshots } from './list-snapshots';
import { proofOf } from './proof-labels';
import { removing } from './removing';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';
import { strayRuns } from './stray-runs';

/** Ids on one command line: a third of a megabyte, of the two that Linux takes. */
const MOST_AT_ONCE = 5000;

/**
 * Forgets points with their proofs, and what runs without one have stored.
 * Retry:  safe; it looks for what is still there
 * Throws: ResourceBusy (a backup runs) · PreconditionFailed (append-only)
 */
export async function forget(
  restic: Restic,
  stack: string,
  { runKeys, straysBefore }: Parameters<Upkeep['forget']>[1],
  attempt: Attempt,
): Promise<Forgotten> {
  const { signal } = attempt;
  const attempted = `Forgetting recovery points of ${stack} in ${restic.name}`;
  const all = await listSnapshots(restic, { anyOf: [], attempted, signal });
  const strays = straysBefore === undefined ? [] : strayRuns(all, stack, straysBefore);
  const runs = new Set([...runKeys, ...strays]);
  const runOf = (one: Snapshot): string => markedRun(one) ?? proofOf(one)?.runKey ?? '';
  const chosen = all.filter((one) => isOfStack(one, stack) && runs.has(runOf(one)));
  const manifests = chosen.filter(isManifest);
  const parts = chosen.filter((one) => !isManifest(one));
  for (const ids of [...inGroups(manifests), ...inGroups(parts)]) {
    await removing(restic, { args: forgetArguments(ids), attempted, signal });
    attempt.onProgress();
  }
  return {
    points: new Set(manifests.map(markedRun)).size,
    snapshots: chosen.length,
  };
}

function inGroups(snapshots: readonly Snapshot[]): readonly (readonly string[])[] {
  const ids = snapshots.map(({ id }) => id);
  const count = Math.ceil(ids.length / MOST_AT_ONCE);
  return Array.from({ length: count }, (_, index) =>
    ids.slice(index * MOST_AT_ONCE, (index + 1) * MOST_AT_ONCE),
  );
}
