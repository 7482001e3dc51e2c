import type { DeployDescription } from '../../workflows/model/deployment';
import type { Release } from '../../workflows/model/release';
import type { SlotCounters } from '../../workflows/model/traffic';
import {
  describePart,
  describePoint,
  describeRelease,
  describeStoredPart,
  describeSwitch,
} from '../support/descriptions';
import { describePointFacts, describeRetention } from '../support/retention-facts';
import type { ActivityDoubles } from '../support/workflow-harness';

const POINT = describePoint();
const QUIET: SlotCounters = {
  ...{ up: 1, servers: [], weight: 0, inFlight: 0, responses: 0, errors: 0, connectionErrors: 0 },
  responseMilliseconds: 0,
};
const IMAGE = { reference: 'api:2', pinned: 'api@sha256:aa', id: 'sha256:two' };

/** One service behind a switch, whose old slot is kept warm for a while. */
export const DEPLOY: DeployDescription = {
  services: [describeSwitch()],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' },
};

const release = (number: number): Release =>
  describeRelease({
    ...{ number, replaced: number - 1 },
    services: [
      {
        ...{ service: 'api', strategy: 'switch', slot: number === 1 ? 'green' : 'blue' },
        image: { reference: `api:v${number}`, pinned: `api@sha256:${number}`, id: `id${number}` },
      },
    ],
  });
const STORED = { releases: [release(2), release(1)], current: 2, next: 3 };

/** A stack on which every step works: release 2 of `api` serves from blue, release 1 is not warm any more. */
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
  observeScratch: ({ entry }) =>
    Promise.resolve({ entry, kind: 'cluster', place: 'a server', disk: 'host', freeBytes: 1e12 }),
  openScratch: () => Promise.resolve({ kind: 'cluster', folder: '/scratch', port: 5432 }),
  sweepScratch: () => Promise.resolve(),
  askEngine: ({ gate }) => Promise.resolve(`${gate} is well`),
  checkAssertion: () => Promise.resolve('true'),
  storeProof: () => Promise.resolve(),
  discardKept: () => Promise.resolve(),
  listRecoveryPoints: () => Promise.resolve({ points: [], unreadable: [] }),
  listStoredFiles: () => Promise.resolve({ nodes: [{ path: 'a/b', kind: 'file', bytes: 1, modifiedAt: '2026-08-21T10:00:00Z' }], more: 0 }),
  observeRetention: () =>
    Promise.resolve(
      describeRetention({
        points: ['2026-01-02T03:00:00.000Z', '2026-01-01T03:00:00.000Z'].map((at) =>
          describePointFacts(at),
        ),
      }),
    ),
  forgetPoints: () => Promise.resolve({ points: 1, snapshots: 2 }),
  pruneRepository: () => Promise.resolve({ removed: '1 MiB', diskWasFull: false }),
  checkRepository: () => Promise.resolve(),
  verifyPart: ({ stored }) => Promise.resolve({ name: stored.part.name, state: 'proved' }),
  examineHost: () => Promise.resolve([]),
  findService: () => Promise.resolve({ host: 'local', containers: [] }),
  readKeptLogs: () => Promise.resolve([]),
  listReleases: () => Promise.resolve(STORED),
  diffReleases: ({ from }) => Promise.resolve({ from, to: 2, images: [], lines: [] }),
  observeServing: () =>
    Promise.resolve({
      services: [
        {
          ...{ service: 'api', should: { release: 2, by: 'switch', slot: 'blue' } },
          ...{ inPlace: 'switch', drifts: [] },
          serves: [{ slot: 'blue', release: 2, share: 100, running: 1 }],
        },
      ],
    }),
  observeRelease: () =>
    Promise.resolve({
      project: 'melvin',
      services: [
        {
          ...{ service: 'api', dependsOn: [], replicas: 1, runs: 'switched', published: [] },
          ...{ image: { reference: 'api', pinned: 'api' }, active: 'blue', warm: {}, left: [] },
        },
      ],
      ...{ stored: STORED, notes: [] },
    }),
  pullImage: () => Promise.resolve({ id: IMAGE.id }),
  prepareRelease: () => Promise.resolve({ number: 3, file: '/3', modelHash: 'hash' }),
  startService: () => Promise.resolve({ containers: 1, seconds: 1 }),
  steerTraffic: () => Promise.resolve({ counters: { blue: QUIET, green: QUIET } }),
  drainSlot: () => Promise.resolve({ left: 0, seconds: 1 }),
  removeService: () => Promise.resolve(),
  recordRelease: () => Promise.resolve(),
  makeReleaseCurrent: () => Promise.resolve(),
  retainReleases: () => Promise.resolve([]),
  discardRelease: () => Promise.resolve(),
  coolSlot: () => Promise.resolve(true),
  observeForgetting: () =>
    Promise.resolve({
      ...{ project: 'melvin', lines: [], folder: '/releases/melvin', edge: false },
      services: [
        {
          ...{ service: 'api', inPlace: 'switch', drifts: [], replicas: 1, published: ['80'] },
          serves: [{ slot: 'blue', release: 2, share: 100, running: 1, image: IMAGE.id }],
          ...{ image: { reference: 'api:2' }, released: IMAGE },
          ...{ left: ['blue'], hasSwitchFile: true },
        },
      ],
      stored: STORED,
    }),
  preparePlain: () => Promise.resolve({ number: 3, file: '/3', modelHash: 'hash' }),
  dropSwitch: () => Promise.resolve(),
  observeMaintenance: () => Promise.resolve([{ service: 'api', switched: true }]),
  setMaintenance: () => Promise.resolve({ switchRuns: true }),
};
