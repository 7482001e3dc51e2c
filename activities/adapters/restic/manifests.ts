import {
  summariseManifest,
  type Manifest,
  type RecoveryPointSummary,
} from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../adapter-error';
import type { Attempt } from '../../ports';
import { backupArguments, dumpArguments } from './arguments';
import { findSummary } from './events';
import { MANIFEST_PATH, manifestTags, recoveryPoint, stackManifestTags } from './labels';
import { manifestSchema } from './manifest-schema';
import { listSnapshots } from './list-snapshots';
import { checkedId } from './read-stream';
import type { Restic } from './restic';
import { prepareLocking, removeLocksOfTheDead } from './stale-locks';

/**
 * Stores the manifest, which makes the recovery point exist.
 * Retry:  safe; the manifest that this run has stored already is found by its tags
 * Throws: ResourceBusy · CommandFailed (disk full) · ServiceUnavailable
 */
export async function storeManifest(
  restic: Restic,
  manifest: Manifest,
  attempt: Attempt,
): Promise<RecoveryPointSummary> {
  const { signal } = attempt;
  await removeLocksOfTheDead(restic, signal);
  const points = await listRecoveryPoints(restic, manifest.stack, attempt);
  const earlier = points.find(({ runKey }) => runKey === manifest.runKey);
  if (earlier !== undefined) return earlier;
  const input = JSON.stringify(manifest);
  const { stack, run, takenAt } = manifest;
  const tags = manifestTags(manifest, Buffer.byteLength(input));
  const output = await restic.run({
    args: backupArguments({ path: MANIFEST_PATH, stack, takenAt, tags }),
    attempted: `Storing the manifest of run ${run} in ${restic.name}`,
    signal,
    input,
  });
  const id = findSummary(output)?.snapshot_id.slice(0, SHORT_ID_LENGTH);
  if (id === undefined) throw new AdapterError('CommandFailed', 'restic did not name its snapshot');
  return summariseManifest(id, manifest);
}

/** As in `short_id` of a list. */
const SHORT_ID_LENGTH = 8;

/**
 * Newest first; one per run, also when two attempts have each stored its manifest.
 * Throws: PreconditionFailed (no repository) · CredentialsRejected · ServiceUnavailable
 */
export async function listRecoveryPoints(
  restic: Restic,
  stack: string,
  { signal }: Attempt,
): Promise<RecoveryPointSummary[]> {
  const attempted = `Listing recovery points of ${stack} in ${restic.name}`;
  const tags = stackManifestTags(stack);
  const snapshots = await listSnapshots(restic, { tags, attempted, signal });
  const points = snapshots.flatMap((snapshot) => recoveryPoint(snapshot) ?? []);
  points.sort((a, b) => b.takenAt.localeCompare(a.takenAt));
  return points.filter(
    ({ runKey }, index) => points.findIndex((point) => point.runKey === runKey) === index,
  );
}

/**
 * Throws: PreconditionFailed (no such id) · VerificationFailed (the snapshot holds no manifest, or a damaged one)
 */
export async function readManifest(
  restic: Restic,
  pointId: string,
  { signal }: Attempt,
): Promise<Manifest> {
  const locked = await prepareLocking(restic, signal);
  const args = dumpArguments(checkedId(pointId), MANIFEST_PATH, locked);
  const attempted = `Reading recovery point ${pointId} from ${restic.name}`;
  try {
    return manifestSchema.parse(JSON.parse(await restic.run({ args, attempted, signal })));
  } catch (error) {
    if (error instanceof AdapterError && !isOtherSnapshot(error)) throw error;
    if (signal.aborted) throw error;
    const message = `Snapshot ${pointId} in ${restic.name} holds no manifest that this version of pawl can read`;
    const advice = '`pawl points` lists the recovery points.';
    throw new AdapterError('VerificationFailed', message, { advice }, { cause: error });
  }
}

function isOtherSnapshot({ message }: AdapterError): boolean {
  return message.includes('not found in snapshot');
}
