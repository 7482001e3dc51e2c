import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { TREE_FORMAT, type PartFacts } from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { StreamLabel, StreamLocation, StreamReceipt } from '../../ports/repository';
import type { TreeUpload } from '../../ports/trees';
import { treeBackupArguments } from './arguments';
import { parseSummary, type BackupSummary } from './events';
import { followStatus } from './follow-status';
import { ItemErrors } from './item-errors';
import { streamTags } from './labels';
import { listSnapshots } from './list-snapshots';
import type { Restic } from './restic';
import { readTreeHead } from './tree-head';
import { requireStillThere } from './still-there';

/** A tree is all of its snapshot. */
const TREE_PATH = '/';

/** At least one file could not be read; a snapshot of the others was made (restic manual, "Exit status codes"). */
const INCOMPLETE = 3;

/** Nothing tells a file system to hold still while it is read, and restic does not tell of what moved. */
const CONSISTENCY =
  'files were read one after the other while they could change; what had neither time nor size changed since the recovery point before was taken over from it';

/**
 * Stores a folder as one snapshot. Its receipt is written only after restic has read everything and said so: a snapshot
 * that has none, since a process died or a file could not be read, is never used.
 * Shape:  { source, label, attempt, beforeUse } → { snapshotId, path, receipt }
 * Retry:  safe; reads again only what has changed since the newest snapshot
 * Throws: CredentialsRejected (files cannot be read) · PreconditionFailed (no folder) · ResourceBusy · CommandFailed
 * Source: restic manual, "Backing up", "File change detection": time, ctime, size and inode
 */
export async function storeTree(
  restic: Restic,
  { source, label, attempt, beforeUse }: TreeUpload,
): Promise<StreamLocation & { receipt: StreamReceipt }> {
  const uploadId = randomUUID();
  const errors = new ItemErrors();
  const { stack, takenAt, part } = label;
  const tags = streamTags(label, uploadId);
  const path = basename(source.folder);
  const call = {
    args: treeBackupArguments({ path, stack, takenAt, tags }, source.exclude),
    attempted: `Storing part ${part.name} in ${restic.name}`,
    signal: attempt.signal,
    wasSeen: true as const,
    onLine: errors.add,
  };
  const running = await source.inParent((cwd) =>
    restic.start(call, {
      patience: 'network',
      stdin: 'ignore',
      cwd,
      accept: [INCOMPLETE],
    }),
  );
  const lastLine = await followStatus(running, attempt);
  await running.ended();
  await source.finish();
  const { code } = await running.exit;
  if (code === INCOMPLETE && !errors.onlyVanished) throw unreadable(source.folder, errors);
  await requireStillThere(restic);
  const summary = parseSummary(lastLine);
  if (summary === undefined) {
    throw new AdapterError('CommandFailed', `${call.attempted}: restic did not name its snapshot`);
  }
  const receipt = await receiptOf(restic, { uploadId, summary, errors }, attempt);
  attempt.signal.throwIfAborted();
  await beforeUse(receipt);
  return { snapshotId: summary.snapshot_id, path: TREE_PATH, receipt };
}

async function receiptOf(
  restic: Restic,
  stored: {
    readonly uploadId: string;
    readonly summary: BackupSummary;
    readonly errors: ItemErrors;
  },
  { signal }: Attempt,
): Promise<StreamReceipt> {
  const { uploadId, summary, errors } = stored;
  const [{ treeId }, sourceVersion] = await Promise.all([
    readTreeHead(restic, summary.snapshot_id, signal),
    restic.version(signal),
  ]);
  const facts: PartFacts = {
    format: TREE_FORMAT,
    sourceVersion,
    contents: [
      { name: '.', rows: summary.total_files_processed, digest: treeId, method: 'restic:tree/1' },
    ],
    consistency: CONSISTENCY,
    notes: errors.notes(),
  };
  return { uploadId, sha256: treeId, bytes: summary.total_bytes_processed, facts };
}

function unreadable(folder: string, errors: ItemErrors): AdapterError {
  const attempted = `Saving ${folder}`;
  const text = `${attempted} failed: restic could not read all of it, and did not say what`;
  return errors.failure(attempted, {}) ?? new AdapterError('CommandFailed', text);
}

/** The snapshot that a receipt vouches for: it holds exactly the tree of the receipt. Reads only. */
export async function findTree(
  restic: Restic,
  label: StreamLabel,
  receipt: StreamReceipt,
  { signal }: Attempt,
): Promise<StreamLocation | undefined> {
  const attempted = `Looking for part ${label.part.name} in ${restic.name}`;
  const anyOf = [streamTags(label, receipt.uploadId)];
  const snapshots = await listSnapshots(restic, { anyOf, attempted, signal, wasSeen: true });
  const whole = snapshots.find(({ tree }) => tree === receipt.sha256);
  return whole === undefined ? undefined : { snapshotId: whole.id, path: TREE_PATH };
}
