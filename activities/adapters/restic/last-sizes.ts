import { markedPart } from './labels';
import type { Snapshot } from './snapshot';

/** Bytes of the newest stream of each part, by the part's name; of a run that failed too, for they are a guide. */
export function lastSizes(snapshots: readonly Snapshot[]): Readonly<Record<string, number>> {
  const oldestFirst = [...snapshots].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const sizes = new Map<string, number>();
  for (const snapshot of oldestFirst) {
    const name = markedPart(snapshot)?.name;
    const bytes = snapshot.summary?.total_bytes_processed;
    if (name !== undefined && bytes !== undefined) sizes.set(name, bytes);
  }
  return Object.fromEntries(sizes);
}
