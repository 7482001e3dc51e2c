import { describePart, describePoint, describeStoredPart } from '../support/descriptions';
import type { ActivityDoubles } from '../support/workflow-harness';

const POINT = describePoint();

/** A stack on which every step works. */
export const HISTORY_DOUBLES: ActivityDoubles = {
  observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
  observeEntry: ({ entry }) =>
    Promise.resolve({
      entry: entry.name,
      engine: entry.engine,
      version: 'PostgreSQL 15.18',
      parts: [{ part: describePart(), expectedBytes: 1000 }],
      notes: [],
    }),
  backUpPart: ({ part }) => Promise.resolve(describeStoredPart(part)),
  storeManifest: () => Promise.resolve(POINT),
  findRecoveryPoint: () =>
    Promise.resolve({ point: POINT, host: 'local', parts: [describeStoredPart()] }),
  observeRestoreTarget: () =>
    Promise.resolve({ exists: true, bytes: 1000, otherSessions: 1, version: 'PostgreSQL 15.18' }),
  restorePart: ({ stored }) => Promise.resolve({ bytes: stored.bytes, notes: [] }),
  provePart: () => Promise.resolve({ proved: 2, rows: 10 }),
  swapPart: () => Promise.resolve({ kept: true }),
  discardKept: () => Promise.resolve(),
};
