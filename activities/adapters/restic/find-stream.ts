import type { StreamLabel, StreamPlace, StreamReceipt } from '../../ports';
import { streamPath, streamTags } from './labels';
import { listSnapshots } from './list-snapshots';
import type { Restic } from './restic';

/** The snapshot that a receipt vouches for. Reads only. */
export async function findStream(
  restic: Restic,
  label: StreamLabel,
  receipt: StreamReceipt,
): Promise<StreamPlace | undefined> {
  const attempted = `Looking for part ${label.part.name} in ${restic.name}`;
  const snapshots = await listSnapshots(restic, streamTags(label, receipt.uploadId), attempted);
  const whole = snapshots.find(({ summary }) => summary?.total_bytes_processed === receipt.bytes);
  return whole === undefined ? undefined : { snapshotId: whole.id, path: streamPath(label) };
}
