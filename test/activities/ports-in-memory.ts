import { PassThrough, Readable } from 'node:stream';
import type { Info as ActivityInfo } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { AuditEntry } from '../../activities/ports/audit-record';
import type { ByteSink } from '../../activities/ports/byte-stream';
import type { Engine, Engines } from '../../activities/ports/engine';
import type { Ports } from '../../activities/ports/host-ports';
import type { Releases } from '../../activities/ports/releases';
import type { Release, ReleaseList } from '../../workflows/model/release';
import type { PartFacts } from '../../workflows/model/recovery-point';
import type { PostgresEntry } from '../../workflows/model/stack';
import { describeStack } from '../support/descriptions';
import { createInMemoryAuditRecord } from '../support/in-memory/audit-record';
import { createInMemoryDescriptions } from '../support/in-memory/descriptions';
import { createInMemoryKnownCopies } from '../support/in-memory/known-copies';
import { createInMemoryProofs } from '../support/in-memory/proofs';
import { createInMemoryScratch } from '../support/in-memory/scratch';
import { createInMemoryReceipts } from '../support/in-memory/receipts';
import { createInMemoryStackFiles } from '../support/in-memory/stack-files';
import { createInMemoryRepositories } from '../support/in-memory/repository';

export const RUN = { id: 'melvin/1', number: 1, key: 'key-of-run-1' };
export const STACK = describeStack();
export const FACTS: PartFacts = {
  format: 'test',
  sourceVersion: 'Test 1',
  contents: [{ name: 'public.users', rows: 2, digest: 'd', method: 'm' }],
  consistency: 'snapshot',
  notes: [],
  surroundings: { owner: 'anna' },
};

export interface MemoryPorts extends Ports {
  /** Dumps that were begun. */
  readonly dumps: string[];
  readonly audited: readonly AuditEntry[];
  /** What was received by `receive`. */
  readonly received: Buffer[];
  readonly release: { readonly releases: Releases };
  /** Recorded by a deploy, newest first; the first one serves. */
  readonly recorded: Release[];
}

/** Ports that hold everything in memory; `engine` replaces methods of the one engine there is. */
export function portsInMemory(engine: Partial<Engine<PostgresEntry>> = {}): MemoryPorts {
  const dumps: string[] = [];
  const received: Buffer[] = [];
  const recorded: Release[] = [];
  const audit = createInMemoryAuditRecord();
  const repositories = createInMemoryRepositories();
  const postgres: Partial<Engine<PostgresEntry>> = {
    kind: 'postgres',
    dump: ({ part }) => {
      dumps.push(part.name);
      const stream = Readable.from([Buffer.from('content of '), Buffer.from(part.name)]);
      return Promise.resolve({
        stream,
        finish: () => Promise.resolve(FACTS),
        abort: () => Promise.resolve(),
      });
    },
    prepare: () => Promise.resolve([]),
    receive: () => Promise.resolve(collector(received)),
    digest: () => Promise.resolve(FACTS.contents),
    ...engine,
  };
  return {
    engines: { postgres } as unknown as Engines,
    openRepository: repositories.open,
    openCopyWay: repositories.openWay,
    knownCopies: createInMemoryKnownCopies(),
    openProofs: createInMemoryProofs().open,
    scratch: createInMemoryScratch(),
    openUpkeep: () => {
      throw new Error('unused');
    },
    checks: { of: () => Promise.resolve({ readings: [] }), keep: () => Promise.resolve() },
    receipts: createInMemoryReceipts(),
    audit,
    audited: audit.entries,
    descriptions: createInMemoryDescriptions(),
    freezes: {
      keep: () => Promise.reject(new Error('unused')),
      lift: () => Promise.reject(new Error('unused')),
      of: () => Promise.reject(new Error('unused')),
    },
    runs: {
      find: () => Promise.reject(new Error('unused')),
      awaitEnd: () => Promise.reject(new Error('unused')),
      end: () => Promise.resolve(),
    },
    schedules: {
      apply: () => Promise.reject(new Error('unused')),
      submit: () => Promise.reject(new Error('unused')),
      begunSince: () => Promise.reject(new Error('unused')),
    },
    stackFiles: createInMemoryStackFiles(),
    secrets: {
      resolve: () => Promise.resolve('secret'),
      learn: () => undefined,
      redact: (text) => text,
    },
    host: 'local',
    dumps,
    received,
    release: { releases: releasesOf(recorded) },
    recorded,
  };
}

function releasesOf(recorded: readonly Release[]): Releases {
  const list: ReleaseList = { releases: recorded, next: recorded.length + 1 };
  return {
    list: () => Promise.resolve({ ...list, ...(recorded[0] && { current: recorded[0].number }) }),
    readModel: (_stack, number) => Promise.resolve(`model of ${number}`),
  } as Partial<Releases> as Releases;
}

/** Runs one attempt of an activity. */
export function attempt<Output>(body: () => Promise<Output>): Promise<Output> {
  return quietEnvironment(10_000).run(body);
}

/** Attempts that fail are what tests are about: no word about them. */
export function quietEnvironment(
  heartbeatTimeoutMs: number,
  info: Partial<ActivityInfo> = {},
): MockActivityEnvironment {
  return new MockActivityEnvironment(
    { heartbeatTimeoutMs, ...info },
    { logger: new DefaultLogger('ERROR') },
  );
}

function collector(received: Buffer[]): ByteSink {
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => received.push(chunk));
  return { stream, finish: () => Promise.resolve(), abort: () => Promise.resolve() };
}
