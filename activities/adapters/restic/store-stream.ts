import { createHash, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { ByteSource } from '../../ports/byte-stream';
import type { StreamLabel, StreamLocation, StreamReceipt, Upload } from '../../ports/repository';
import { backupArguments } from './arguments';
import { parseSummary, type BackupSummary } from './events';
import { streamPath, streamTags } from './labels';
import { flow } from './flow';
import { createPatience, type Patience } from './patience';
import type { Restic, RunningRestic } from './restic';
import { requireStillThere } from './still-there';
import { createWriteQueue } from './write-queue';

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
): Promise<StreamLocation & { receipt: StreamReceipt }> {
  const { label, attempt } = upload;
  const uploadId = randomUUID();
  const starting = startBackup(restic, label, uploadId, attempt);
  try {
    const [backup, source] = await Promise.all([starting, upload.source]);
    const stored = await feedAndClose(backup, uploadId, { ...upload, source });
    await requireStillThere(restic);
    return stored;
  } catch (error) {
    await Promise.allSettled([
      starting.then((backup) => backup.kill()),
      Promise.resolve(upload.source).then(abort),
    ]);
    attempt.signal.throwIfAborted();
    throw error;
  }
}

type BegunUpload = Upload & { readonly source: ByteSource };

async function startBackup(
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
  return restic.start(
    { args, attempted, signal, wasSeen: true },
    { patience: 'network', stdin: 'pipe' },
  );
}

async function feedAndClose(
  backup: RunningRestic,
  uploadId: string,
  upload: BegunUpload,
): Promise<StreamLocation & { receipt: StreamReceipt }> {
  const patience = createPatience(upload.attempt.onProgress);
  const lastLine = follow(backup.stdout, patience);
  // Whatever the source is doing, restic's death ends the attempt, and tells why.
  const death = backup.ended().then((): never => {
    throw new AdapterError('CommandFailed', 'restic ended before its input did');
  });
  const receipt = await Promise.race([death, feed({ backup, patience, uploadId }, upload)]);
  backup.stdin?.end();
  await patience.during(backup.ended());
  const summary = parseSummary(await lastLine);
  if (summary === undefined || summary.total_bytes_processed !== receipt.bytes) {
    throw differentBytes(summary, receipt);
  }
  return { snapshotId: summary.snapshot_id, path: streamPath(upload.label), receipt };
}

/** Everything up to the end-of-file, which is withheld: until here restic can still be told to store nothing. */
async function feed(
  { backup, patience, uploadId }: { backup: RunningRestic; patience: Patience; uploadId: string },
  { source, label, attempt, beforeClose }: BegunUpload,
): Promise<StreamReceipt> {
  const hash = createHash('sha256');
  let bytes = 0;
  const queue = createWriteQueue(backup.stdin, source.recycle);
  await flow(source.stream, (chunk) => {
    // restic first: it works while the digest is computed.
    queue.add(chunk);
    hash.update(chunk);
    bytes += chunk.length;
    attempt.onProgress(bytes);
    return queue.isFull() ? patience.during(queue.room()) : undefined;
  });
  const facts = await source.finish();
  if (bytes === 0) {
    const message = `The dump of part ${label.part.name} is empty: 0 bytes, though its source ended well. Nothing was stored`;
    throw new AdapterError('CommandFailed', message);
  }
  const receipt = { uploadId, sha256: hash.digest('hex'), bytes, facts };
  attempt.signal.throwIfAborted();
  await beforeClose(receipt);
  return receipt;
}

/** The last line that restic prints; every other one is a sign of life. */
async function follow(stdout: Readable, patience: Patience): Promise<string> {
  let last = '';
  for await (const line of createInterface({ input: stdout })) {
    last = line;
    patience.signOfLife();
  }
  return last;
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
