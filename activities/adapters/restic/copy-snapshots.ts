import { createInterface } from 'node:readline';
import type { Attempt } from '../../ports/attempt';
import type { SnapshotsToCopy } from '../../ports/copies';
import { copyArguments } from './arguments';
import { checkedId } from './read-stream';
import type { Restic } from './restic';
import { removeLocksOfTheDead } from './stale-locks';
import { requireStillThere } from './still-there';

/** restic prints one each second: `[0:01] 60.00%  3 / 5 packs copied`. */
const PROGRESS = /^\[[\d:]+\]\s+([\d.]+)%\s+(\d+) \/ (\d+) packs copied$/;

/**
 * A pack may take minutes over a slow line, in which no figure changes; restic itself gives up a stuck request after five
 * minutes and tries again (--stuck-request-timeout): twice that.
 */
const PATIENCE_MILLISECONDS = 10 * 60_000;

/**
 * Copies snapshots, each whole or not at all; what is there already is passed over.
 * Retry:  safe
 * Throws: ResourceBusy · CommandFailed (full) · VerificationFailed (damaged) · ServiceUnavailable
 * Source: restic manual, "Copying snapshots between repositories"
 */
export async function copySnapshots(
  { own, copy }: { readonly own: Restic; readonly copy: Restic },
  { ids, bytes, what }: SnapshotsToCopy,
  attempt: Attempt,
): Promise<void> {
  attempt.signal.throwIfAborted();
  for (const each of [own, copy]) await removeLocksOfTheDead(each, attempt.signal);
  const running = await copy.start(
    {
      args: copyArguments(ids.map(checkedId)),
      attempted: `Copying ${what} from ${own.name} to ${copy.name}`,
      signal: attempt.signal,
      wasSeen: true,
      from: own,
    },
    { patience: 'network', stdin: 'ignore' },
  );
  let [packs, movedAt] = ['', performance.now()];
  for await (const line of createInterface({ input: running.stdout })) {
    const [, percent = '0', done, of] = PROGRESS.exec(line) ?? [];
    const seen = done === undefined ? line : `${done} / ${String(of)}`;
    if (seen !== packs) [packs, movedAt] = [seen, performance.now()];
    if (performance.now() - movedAt > PATIENCE_MILLISECONDS) continue;
    attempt.onProgress(
      done === undefined ? undefined : Math.round((bytes * Number(percent)) / 100),
    );
  }
  await running.ended();
  await requireStillThere(copy);
}
