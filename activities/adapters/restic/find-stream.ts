import type { Attempt } from '../../ports/attempt';
import type { StreamLabel, StreamLocation, StreamReceipt } from '../../ports/repository';
import { streamPath, streamTags } from './labels';
import { listSnapshots } from './list-snapshots';
import type { Restic } from './restic';

/** The snapshot that a receipt vouches for. Reads only. */
export async function findStream(
  restic: Restic,
  label: StreamLabel,
  receipt: StreamReceipt,
  { signal }: Attempt,
): Promise<StreamLocation | undefined> {
  const attempted = `Looking for part ${label.part.name} in ${restic.name}`;
  const tags = streamTags(label, receipt.uploadId);
  const snapshots = await listSnapshots(restic, {
    anyOf: [tags],
    attempted,
    signal,
    wasSeen: true,
  });
  const whole = snapshots.find(({ summary }) => summary?.total_bytes_processed === receipt.bytes);
  return whole === undefined ? undefined : { snapshotId: whole.id, path: streamPath(label) };
}
