import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { Part, PartSummary, RecoveryPointSummary } from '../../workflows/model/recovery-point';
import type { Release } from '../../workflows/model/release';
import type { PostgresEntry, StackDescription } from '../../workflows/model/stack';

/** A valid stack with one PostgreSQL entry; change what the test is about. */
export function describeStack(change: Partial<StackDescription> = {}): StackDescription {
  return {
    name: 'melvin',
    host: 'local',
    directory: '/opt/melvin',
    repository: {
      url: '/srv/backup/melvin',
      password: { env: 'REPOSITORY_PASSWORD' },
      initialise: false,
      environment: {},
    },
    protect: [describePostgresEntry()],
    limits: { heartbeatSeconds: 5, stallSeconds: 60, deadlineSeconds: 600 },
    restore: { keepReplacedSeconds: 604_800 },
    ...change,
  };
}

export function describePostgresEntry(change: Partial<PostgresEntry> = {}): PostgresEntry {
  return {
    name: 'accounts',
    engine: 'postgres',
    reach: { address: { host: '127.0.0.1', port: 5432 } },
    database: 'melvin',
    digests: true,
    ...change,
  };
}

export function describePart(change: Partial<Part> = {}): Part {
  return {
    name: 'accounts',
    entry: 'accounts',
    engine: 'postgres',
    kind: 'database',
    source: 'melvin',
    ...change,
  };
}

/** A recovery point of everything. */
export function describePoint(change: Partial<RecoveryPointSummary> = {}): RecoveryPointSummary {
  return {
    id: 'aaaa1111',
    stack: 'melvin',
    run: 'melvin/1',
    runKey: 'key',
    takenAt: '2026-01-01T00:00:00.000Z',
    parts: 1,
    bytes: 1000,
    entries: ['accounts'],
    partial: false,
    ...change,
  };
}

export function describeStoredPart(part: Part = describePart()): PartSummary {
  return {
    part,
    snapshotId: 'f00d',
    path: `/${part.name}`,
    bytes: 1000,
    sha256: '00',
    format: 'pg_dump custom',
    sourceVersion: 'PostgreSQL 15.18',
    consistency: 'snapshot',
    contents: 2,
    rows: 10,
    notes: [],
  };
}

/** A service that is put behind a switch, without a canary. */
export function describeSwitch(change: Partial<SwitchDeployment> = {}): SwitchDeployment {
  return {
    ...{ service: 'api', strategy: 'switch', port: 8000 },
    ready: { http: '/healthz', consecutive: 3, timeoutSeconds: 60 },
    ...{ drainSeconds: 60, keepOldSeconds: 900, watchSeconds: 0 },
    ...change,
  };
}

/** A release as its `release.json` has it. */
export function describeRelease(change: Partial<Release> = {}): Release {
  const { number = 1 } = change;
  return {
    ...{ number, stack: 'melvin', releasedAt: '2026-01-01T00:00:00.000Z' },
    ...{ run: `melvin/${number}`, runKey: `key ${number}`, requestedBy: 'anna', pawlVersion: '1' },
    ...{ services: [], stackHash: '', modelHash: '' },
    ...change,
  };
}
