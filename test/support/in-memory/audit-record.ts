import type { AuditEntry, AuditRecord } from '../../../activities/ports/audit-record';

/** `AuditRecord` as its contract says, without a disk and without a chain. */
export function createInMemoryAuditRecord(): AuditRecord & {
  readonly entries: readonly AuditEntry[];
} {
  const entries: AuditEntry[] = [];
  return {
    entries,
    append: async (entry) => {
      if (!entries.some(({ runKey }) => runKey === entry.runKey)) entries.push({ ...entry });
      await Promise.resolve();
    },
    read: (stack) => {
      const own = entries.filter((entry) => entry.stack === stack);
      return Promise.resolve(own.map((entry) => JSON.stringify(entry)));
    },
    highestRunNumber: (stack) => {
      const numbers = entries
        .filter((entry) => entry.stack === stack)
        .map(({ run }) => Number(run.split('/').at(-1)));
      return Promise.resolve(Math.max(0, ...numbers));
    },
  };
}
