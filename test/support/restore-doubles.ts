import type { Part } from '../../workflows/model/recovery-point';
import { describeStoredPart } from './descriptions';
import type { ActivityDoubles } from './workflow-harness';

/** Every step of a restore of these parts, each of which replaces something. What changes anything is noted, in order. */
export function restoreDoubles(parts: readonly Part[], calls: string[]): ActivityDoubles {
  const noted = <Output>(call: string, output: Output): Promise<Output> => {
    calls.push(call);
    return Promise.resolve(output);
  };
  return {
    findRecoveryPoint: () =>
      Promise.resolve({
        point: {
          ...{ id: 'aaaa1111', stack: 'm', run: 'm/1', runKey: 'key', partial: false },
          takenAt: '2026-01-01T00:00:00.000Z',
          ...{ parts: parts.length, bytes: parts.length },
          entries: [...new Set(parts.map(({ entry }) => entry))],
        },
        host: 'local',
        parts: parts.map(describeStoredPart),
      }),
    observeRestoreTarget: () =>
      Promise.resolve({ exists: true, bytes: 1, otherSessions: 0, version: 'PostgreSQL 15.18' }),
    restorePart: ({ stored }) =>
      noted(`restore ${stored.part.name}`, { bytes: stored.bytes, notes: [] }),
    provePart: ({ part }) => noted(`prove ${part.name}`, { proved: 2, rows: 10 }),
    swapPart: ({ part }) => noted(`swap ${part.name}`, { kept: true }),
    swapBackPart: ({ part }) => noted(`swap back ${part.name}`, undefined),
    discardBeside: ({ part }) => noted(`discard ${part.name}`, undefined),
    discardKept: ({ part, target }) => noted(`drop ${part.source}${target.keepSuffix}`, undefined),
    recordRun: ({ entry }) => noted(`record ${entry.outcome}`, undefined),
  };
}
