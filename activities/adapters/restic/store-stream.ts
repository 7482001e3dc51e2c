import { createHash, randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { AdapterError } from '../../adapter-error';
import type { Attempt, ByteSource, StreamLabel, StreamPlace, StreamReceipt } from '../../ports';
import { readOutput } from '../process/run-to-end';
import { backupArguments } from './arguments';
import { findSummary, type BackupSummary } from './events';
import { streamPath, streamTags } from './labels';
import type { Restic, RunningRestic } from './restic';

export interface Upload {
  readonly source: ByteSource;
  readonly label: StreamLabel;
  readonly attempt: Attempt;
  /** Makes the receipt durable. */
  readonly beforeClose: (receipt: StreamReceipt) => Promise<void>;
}

/**
 * Stores one stream as one snapshot, or nothing at all.
 * Shape:  { source, label, attempt, beforeClose } → { snapshotId, path, receipt }
 * Retry:  safe; a snapshot whose receipt was not written is never used
 * Throws: what the source throws · VerificationFailed (restic took other bytes) · ResourceBusy · CommandFailed
 * Source: restic manual, "Reading data from stdin": end-of-file makes the snapshot, whatever became of the source
 */
export async function storeStream(
  restic: Restic,
  upload: Upload,
): Promise<StreamPlace & { receipt: StreamReceipt }> {
  const { source, label, attempt } = upload;
  const uploadId = randomUUID();
  let backup: RunningRestic | undefined;
  try {
    backup = await startBackup(restic, label, uploadId, attempt);
    return await feedAndClose(backup, uploadId, upload);
  } catch (error) {
    await Promise.all([backup?.kill(), abort(source)]);
    attempt.signal.throwIfAborted();
    throw error;
  }
}

function startBackup(
  restic: Restic,
  label: StreamLabel,
  uploadId: string,
  { signal }: Attempt,
): Promise<RunningRestic> {
  const { stack, takenAt, part } = label;
  const args = backupArguments({
    path: streamPath(label),
    stack,
    takenAt,
    tags: streamTags(label, uploadId),
  });
  const attempted = `Storing part ${part.name} in ${restic.name}`;
  return restic.start({ args, attempted, signal }, { patience: 'network', stdin: 'pipe' });
}

async function feedAndClose(
  backup: RunningRestic,
  uploadId: string,
  upload: Upload,
): Promise<StreamPlace & { receipt: StreamReceipt }> {
  const output = readOutput(backup);
  // Whatever the source is doing, restic's death ends the attempt, and tells why.
  const death = backup.exit.then(async (exit): Promise<never> => {
    await backup.check(exit);
    throw new AdapterError('CommandFailed', 'restic ended before its input did');
  });
  const receipt = await Promise.race([death, feed(backup, uploadId, upload)]);
  backup.stdin?.end();
  await backup.check(await backup.exit);
  const summary = findSummary(await output);
  if (summary === undefined || summary.total_bytes_processed !== receipt.bytes) {
    throw differentBytes(summary, receipt);
  }
  return { snapshotId: summary.snapshot_id, path: streamPath(upload.label), receipt };
}

/** Everything up to the end-of-file, which is withheld: until here restic can still be told to store nothing. */
async function feed(
  { stdin }: RunningRestic,
  uploadId: string,
  { source, label, attempt, beforeClose }: Upload,
): Promise<StreamReceipt> {
  const { sha256, bytes } = await pour(source, stdin, attempt);
  const facts = await source.finish();
  if (bytes === 0) {
    const message = `The dump of part ${label.part.name} is empty: 0 bytes, though its source ended well. Nothing was stored`;
    throw new AdapterError('CommandFailed', message);
  }
  const receipt = { uploadId, sha256, bytes, facts };
  attempt.signal.throwIfAborted();
  await beforeClose(receipt);
  return receipt;
}

async function pour(
  source: ByteSource,
  stdin: Writable | null,
  attempt: Attempt,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source.stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    attempt.onProgress(bytes);
    if (stdin?.write(chunk) === false) await new Promise((resolve) => stdin.once('drain', resolve));
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function abort(source: ByteSource): Promise<void> {
  // What a stream says after it was given up is no news, but unheard it would end the worker.
  source.stream.on('error', () => undefined);
  await source.abort();
  source.stream.destroy();
}

function differentBytes(summary: BackupSummary | undefined, receipt: StreamReceipt): AdapterError {
  const took =
    summary === undefined
      ? 'did not say what it took'
      : `took ${summary.total_bytes_processed} bytes`;
  const message = `restic ${took}, but the dump had ${receipt.bytes}; snapshot ${summary?.snapshot_id ?? '?'} is not used`;
  return new AdapterError('VerificationFailed', message);
}
