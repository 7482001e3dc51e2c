import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { Pruned } from '../../ports/retention';
import { pruneArguments } from './arguments';
import { removing } from './removing';
import type { Restic } from './restic';

/**
 * Frees what no snapshot needs. On a full disk nothing can be repacked: then only those packs go that nothing needs at all,
 * which makes room for the next time.
 * Retry:  safe; restic finds what a killed one has left, and takes it away
 * Throws: ResourceBusy (a backup runs) · PreconditionFailed (append-only) · CommandFailed · ServiceUnavailable
 * Source: restic manual, "Removing backup snapshots": prune may be interrupted at any point, and needs an exclusive lock
 */
export async function prune(restic: Restic, { signal }: Attempt): Promise<Pruned> {
  const attempted = `Pruning ${restic.name}`;
  const run = async (mostRepacked: '50G' | '0'): Promise<string> =>
    removing(restic, { args: pruneArguments(mostRepacked), attempted, signal });
  try {
    return { removed: removedBy(await run('50G')), diskWasFull: false };
  } catch (error) {
    if (!(error instanceof AdapterError) || !error.message.includes(FULL)) throw error;
    return { removed: removedBy(await run('0')), diskWasFull: true };
  }
}

/** As `meanings.ts` says it. */
const FULL = 'the disk of the repository is full';

/** Of `total prune:           3 blobs / 2.861 MiB`: prune has no JSON in restic 0.19.1. */
function removedBy(output: string): string {
  return /^total prune:\s+\d+ blobs \/ (.+)$/m.exec(output)?.[1]?.trim() ?? 'an unknown amount';
}
