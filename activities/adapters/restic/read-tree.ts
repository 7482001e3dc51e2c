import type { Attempt } from '../../ports/attempt';
import type { TreeReading, TreeSink } from '../../ports/trees';
import { AdapterError } from '../../ports/adapter-error';
import { treeDumpArguments, treeRestoreArguments } from './arguments';
import { followStatus } from './follow-status';
import { ItemErrors } from './item-errors';
import { checkedId, outputOf } from './read-stream';
import type { Restic } from './restic';
import { prepareLocking } from './stale-locks';
import { readTreeHead } from './tree-head';

/**
 * Reads a stored tree as one tar. restic compares each folder and each piece of a file with the SHA-256 by which the one above
 * names it, and so all of it with the tree's own.
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no such snapshot) · `finish`: VerificationFailed (damaged) · ResourceBusy · ServiceUnavailable
 */
export async function readTree(
  restic: Restic,
  snapshotId: string,
  { signal }: Attempt,
): Promise<TreeReading> {
  const [{ treeId }, lock] = await Promise.all([
    readTreeHead(restic, snapshotId, signal),
    prepareLocking(restic, signal),
  ]);
  const args = treeDumpArguments(snapshotId, lock);
  const attempted = `Reading snapshot ${snapshotId} from ${restic.name}`;
  const dump = await restic.start(
    { args, attempted, signal, wasSeen: true },
    { patience: 'network', stdin: 'ignore' },
  );
  return {
    treeId,
    stream: outputOf(dump),
    finish: () => dump.ended(),
    abort: () => dump.kill(),
  };
}

/**
 * Writes a stored tree into a folder of pawl's own.
 * Retry:  safe in an empty folder
 * Throws: VerificationFailed (damaged) · CredentialsRejected (what may not be written) · ResourceBusy · CommandFailed
 */
export async function restoreTree(
  restic: Restic,
  snapshotId: string,
  sink: TreeSink,
  attempt: Attempt,
): Promise<void> {
  const { signal } = attempt;
  const errors = new ItemErrors();
  const args = treeRestoreArguments(checkedId(snapshotId), await prepareLocking(restic, signal));
  const attempted = `Restoring snapshot ${snapshotId} from ${restic.name}`;
  const running = await sink.inFolder((cwd) =>
    restic.start(
      { args, attempted, signal, wasSeen: true, onLine: errors.add },
      { patience: 'network', stdin: 'ignore', cwd },
    ),
  );
  await followStatus(running, attempt);
  try {
    await running.ended();
  } catch (error) {
    signal.throwIfAborted();
    throw (error instanceof AdapterError && errors.failure(attempted, error.evidence)) || error;
  }
  await sink.finish();
}
