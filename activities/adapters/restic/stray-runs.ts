import { isManifest, isOfStack, MANIFEST_PATH, markedPoint, markedRun } from './labels';
import type { Snapshot } from './snapshot';

/**
 * Runs of a stack that have stored parts and no whole manifest, all of it before a time: they are over, and nothing names what
 * they have stored. None as long as there is a manifest that cannot be read: those parts may be its.
 */
export function strayRuns(
  all: readonly Snapshot[],
  stack: string,
  before: string,
): ReadonlySet<string> {
  if (all.some(isUnreadableManifest)) return new Set();
  const points = new Set<string>();
  const old = new Map<string, boolean>();
  for (const snapshot of all) {
    const runKey = markedRun(snapshot);
    if (runKey === undefined || !isOfStack(snapshot, stack)) continue;
    if (isManifest(snapshot) && markedPoint(snapshot) !== 'torn') points.add(runKey);
    const isOld = Date.parse(snapshot.time) < Date.parse(before);
    old.set(runKey, (old.get(runKey) ?? true) && isOld);
  }
  return new Set([...old].flatMap(([key, isOld]) => (isOld && !points.has(key) ? [key] : [])));
}

/** One whose labels cannot be read, or that has lost the mark that it is one (`restic tag --set`). */
export function isUnreadableManifest(snapshot: Snapshot): boolean {
  if (!isManifest(snapshot)) return snapshot.paths?.includes(MANIFEST_PATH) === true;
  const marked = markedPoint(snapshot);
  return marked !== 'torn' && 'unreadable' in marked;
}
