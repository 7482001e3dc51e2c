import type { Manifest, StoredPart } from '../../../workflows/model/recovery-point';
import type { StreamLocation } from '../../ports/repository';
import { isRepaired, markedPart } from './labels';
import type { Listed } from './list-snapshots';
import type { Snapshot } from './snapshot';

/**
 * Where each part of a manifest lies now: in the snapshot that the manifest names; else in one that `restic copy`, `rewrite`,
 * `tag` or `repair snapshots` has made of it, which keeps its first id; else in one with the part's own tags and size. What
 * is found so is taken on trust: its SHA-256 proves it when it is read.
 * Shape:  manifest → place or undefined (no longer there), in the order of its parts
 * Retry:  safe; reads only
 */
export async function locateParts(
  listed: Listed,
  manifest: Manifest,
): Promise<readonly (StreamLocation | undefined)[]> {
  const found = placesIn(listed.own, manifest);
  if (found.every((place) => place !== undefined)) return found;
  // Tags may have been changed, too.
  return placesIn(await listed.all(), manifest);
}

/** Where the parts are among these snapshots. */
export function placesIn(
  snapshots: readonly Snapshot[],
  { runKey, parts }: Pick<Manifest, 'runKey' | 'parts'>,
): readonly (StreamLocation | undefined)[] {
  // What has lost pieces comes last; of the rest, what is asked for is the same.
  const ordered = [...snapshots].sort((a, b) => Number(isRepaired(a)) - Number(isRepaired(b)));
  const byId = firstBy(ordered, ({ id }) => id);
  const byOriginal = firstBy(ordered, ({ original }) => original);
  const byTags = groupBy(ordered, (snapshot) => {
    const marked = markedPart(snapshot);
    return marked?.runKey === runKey ? marked.name : undefined;
  });
  return parts.map((stored) => {
    const snapshot =
      byId.get(stored.snapshotId) ??
      byOriginal.get(stored.snapshotId) ??
      byTags.get(stored.part.name)?.find((candidate) => hasSizeOf(candidate, stored));
    return snapshot && { snapshotId: snapshot.id, path: stored.path };
  });
}

function hasSizeOf({ summary }: Snapshot, { bytes }: StoredPart): boolean {
  return summary === undefined || summary.total_bytes_processed === bytes;
}

function firstBy(
  snapshots: readonly Snapshot[],
  key: (snapshot: Snapshot) => string | undefined,
): ReadonlyMap<string, Snapshot> {
  const groups = groupBy(snapshots, key);
  return new Map([...groups].flatMap(([name, [first]]) => (first ? [[name, first]] : [])));
}

function groupBy(
  snapshots: readonly Snapshot[],
  key: (snapshot: Snapshot) => string | undefined,
): ReadonlyMap<string, readonly Snapshot[]> {
  const groups = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    const name = key(snapshot);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [snapshot]);
    else group.push(snapshot);
  }
  return groups;
}
