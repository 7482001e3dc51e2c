import type { RecoveryPointSummary } from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { MissingParts } from '../../ports/repository';
import { markedPart } from './labels';
import { placesIn } from './locate-parts';
import type { Listed } from './look';
import { readManifest } from './manifests';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';

/** Each manifest takes a second to read; of the points after these, only how many parts are gone is told. */
const MOST_MANIFESTS_READ = 20;

/** Names in a list; the manifest has them all. */
const MOST_NAMED = 20;

/**
 * What is gone of each of these points. One list of snapshots tells it of the points that are whole; of others the manifest
 * is read, of the newest 20 of them.
 * Shape:  points of one stack, newest first → by their ids, whatever is gone; a whole point is not in it
 * Retry:  safe; reads only
 */
export async function findMissingParts(
  restic: Restic,
  points: readonly RecoveryPointSummary[],
  listed: Listed,
  attempt: Attempt,
): Promise<ReadonlyMap<string, MissingParts>> {
  const held = partsByRun(listed.own);
  const doubtful = points.filter((point) => !isWhole(point, held.get(point.runKey)));
  if (doubtful.length === 0) return new Map();
  const all = await listed.all();
  const missing = new Map<string, MissingParts>();
  for (const [index, point] of doubtful.entries()) {
    const lost =
      index < MOST_MANIFESTS_READ
        ? await lostOf(restic, point, all, attempt)
        : counted(point, held.get(point.runKey));
    if (lost.missing > 0) missing.set(point.id, lost);
  }
  return missing;
}

/** By part, the sizes of its snapshots: more than one where an attempt that died has left a torn one. */
type Held = ReadonlyMap<string, ReadonlySet<number | undefined>>;

function partsByRun(snapshots: readonly Snapshot[]): ReadonlyMap<string, Held> {
  const runs = new Map<string, Map<string, Set<number | undefined>>>();
  for (const snapshot of snapshots) {
    const marked = markedPart(snapshot);
    if (marked === undefined) continue;
    const parts = runs.get(marked.runKey) ?? new Map<string, Set<number | undefined>>();
    runs.set(marked.runKey, parts);
    const sizes = parts.get(marked.name) ?? new Set();
    parts.set(marked.name, sizes.add(snapshot.summary?.total_bytes_processed));
  }
  return runs;
}

/** As far as tags can tell: as many parts as it should have, each of one size, all of them as many bytes as it should. */
function isWhole({ parts, bytes }: RecoveryPointSummary, held: Held = new Map()): boolean {
  const sizes = [...held.values()];
  if (sizes.length !== parts || sizes.some(({ size }) => size !== 1)) return false;
  return sizes.reduce((sum, [size]) => sum + (size ?? NaN), 0) === bytes;
}

function counted({ parts }: RecoveryPointSummary, held: Held = new Map()): MissingParts {
  return { missing: Math.max(0, parts - held.size), missingParts: [] };
}

async function lostOf(
  restic: Restic,
  point: RecoveryPointSummary,
  snapshots: readonly Snapshot[],
  attempt: Attempt,
): Promise<MissingParts> {
  try {
    const manifest = await readManifest(restic, point.id, attempt);
    const places = placesIn(snapshots, manifest);
    const lost = manifest.parts.filter((_, index) => places[index] === undefined);
    const names = lost.map(({ part }) => part.name);
    return { missing: lost.length, missingParts: names.slice(0, MOST_NAMED) };
  } catch (error) {
    // That this manifest cannot be read is a matter of this point alone.
    if (!(error instanceof AdapterError) || error.kind !== 'VerificationFailed') throw error;
    return { missing: point.parts, missingParts: [], unreadable: error.message };
  }
}
