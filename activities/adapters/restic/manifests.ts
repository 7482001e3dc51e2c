import {
  summariseManifest,
  type Manifest,
  type RecoveryPointSummary,
  type UnreadablePoint,
} from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { FoundPoints } from '../../ports/repository';
import { backupArguments, dumpArguments } from './arguments';
import { findSummary } from './events';
import {
  isManifest,
  isRepaired,
  MANIFEST_PATH,
  manifestTags,
  markedPoint,
  stackManifestTags,
} from './labels';
import { listSnapshots } from './list-snapshots';
import { manifestText, parseManifest } from './parse-manifest';
import { checkedId } from './read-stream';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';
import { prepareLocking, removeLocksOfTheDead } from './stale-locks';
import { requireStillThere } from './still-there';

/**
 * Stores the manifest, which makes the recovery point exist.
 * Retry:  safe; look with `findManifest` first
 * Throws: ResourceBusy · CommandFailed (disk full) · ServiceUnavailable
 */
export async function storeManifest(
  restic: Restic,
  manifest: Manifest,
  attempt: Attempt,
): Promise<{ readonly point: RecoveryPointSummary; readonly snapshotId: string }> {
  const { signal } = attempt;
  const input = manifestText(manifest);
  await removeLocksOfTheDead(restic, signal);
  const { stack, run, takenAt } = manifest;
  const tags = manifestTags(manifest, Buffer.byteLength(input));
  const output = await restic.run({
    args: backupArguments({ path: MANIFEST_PATH, stack, takenAt, tags }),
    attempted: `Storing the manifest of run ${run} in ${restic.name}`,
    signal,
    input,
    wasSeen: true,
  });
  await requireStillThere(restic);
  const snapshotId = findSummary(output)?.snapshot_id;
  if (snapshotId === undefined) {
    throw new AdapterError('CommandFailed', 'restic did not name its snapshot');
  }
  return { point: summariseManifest(snapshotId.slice(0, SHORT_ID_LENGTH), manifest), snapshotId };
}

/** As in `short_id` of a list. */
const SHORT_ID_LENGTH = 8;

/** The point that a run has stored, by its labels. Reads only. */
export async function findManifest(
  restic: Restic,
  { stack, runKey }: Pick<Manifest, 'stack' | 'runKey'>,
  { signal }: Attempt,
): Promise<RecoveryPointSummary | undefined> {
  const attempted = `Looking for the recovery point of this run in ${restic.name}`;
  const snapshots = await listSnapshots(restic, {
    anyOf: [stackManifestTags(stack)],
    attempted,
    signal,
    wasSeen: true,
  });
  return foundPoints(snapshots).points.find((point) => point.runKey === runKey);
}

/** Newest first; one per run, also when two attempts have each stored its manifest, or restic has made copies of it. */
export function foundPoints(snapshots: readonly Snapshot[]): FoundPoints {
  // Of several snapshots of one manifest the one that has lost nothing.
  const manifests = snapshots
    .filter(isManifest)
    .sort((a, b) => Number(isRepaired(a)) - Number(isRepaired(b)));
  const points: RecoveryPointSummary[] = [];
  const unreadable: UnreadablePoint[] = [];
  for (const snapshot of manifests) {
    const marked = markedPoint(snapshot);
    if (marked === 'torn') continue;
    if ('point' in marked) points.push(marked.point);
    else unreadable.push(marked.unreadable);
  }
  return { points: newestOfEachRun(points), unreadable };
}

function newestOfEachRun(points: readonly RecoveryPointSummary[]): readonly RecoveryPointSummary[] {
  const first = new Map<string, RecoveryPointSummary>();
  for (const point of points) if (!first.has(point.runKey)) first.set(point.runKey, point);
  return [...first.values()].sort((a, b) => b.takenAt.localeCompare(a.takenAt));
}

/**
 * Throws: PreconditionFailed (no such id) · VerificationFailed (the snapshot holds no manifest, a damaged one, or another
 * pawl's)
 */
export async function readManifest(
  restic: Restic,
  pointId: string,
  { signal }: Attempt,
): Promise<Manifest> {
  const locked = await prepareLocking(restic, signal);
  const args = dumpArguments(checkedId(pointId), MANIFEST_PATH, locked);
  const attempted = `Reading recovery point ${pointId} from ${restic.name}`;
  const where = `Snapshot ${pointId} in ${restic.name}`;
  try {
    return parseManifest(await restic.run({ args, attempted, signal }), where);
  } catch (error) {
    if (!(error instanceof AdapterError) || !isOtherSnapshot(error)) throw error;
    const advice = '`pawl points` lists the recovery points.';
    throw new AdapterError('VerificationFailed', `${where} holds no manifest`, { advice });
  }
}

function isOtherSnapshot({ message }: AdapterError): boolean {
  return message.includes('not found in snapshot');
}
