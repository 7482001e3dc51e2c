import type { Part } from '../../../workflows/model/recovery-point';
import type { Receipts } from '../../../activities/ports/receipts';
import type { StreamReceipt } from '../../../activities/ports/repository';

/** `Receipts` as its contract says, without a disk. */
export function createInMemoryReceipts(): Receipts {
  const runs = new Map<string, Map<string, StreamReceipt>>();
  const begun = new Set<string>();
  return {
    write: async (runKey: string, part: Part, receipt: StreamReceipt) => {
      const run = runs.get(runKey) ?? new Map<string, StreamReceipt>();
      runs.set(runKey, run.set(part.name, structuredClone(receipt)));
      await Promise.resolve();
    },
    read: (runKey, part) => Promise.resolve(runs.get(runKey)?.get(part.name)),
    beginManifest: async (runKey) => {
      begun.add(runKey);
      await Promise.resolve();
    },
    isManifestBegun: (runKey) => Promise.resolve(begun.has(runKey)),
    clear: async (runKey) => {
      runs.delete(runKey);
      begun.delete(runKey);
      await Promise.resolve();
    },
  };
}
