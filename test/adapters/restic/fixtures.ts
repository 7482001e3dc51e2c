import { Readable } from 'node:stream';
import type { Attempt } from '../../../activities/ports/attempt';
import type { ByteSource } from '../../../activities/ports/byte-stream';
import type { StreamLabel } from '../../../activities/ports/repository';
import type { Manifest, Part, PartFacts } from '../../../workflows/model/recovery-point';
import { describePart } from '../../support/descriptions';

const FACTS: PartFacts = {
  format: 'pg_dump custom',
  sourceVersion: 'PostgreSQL 15.18',
  contents: [{ name: 'public.users', rows: 3, digest: 'abc', method: 'pg:sum/15' }],
  consistency: 'snapshot',
  notes: [],
};

export interface WatchedSource extends ByteSource {
  /** Whether `abort` was called. */
  aborted: boolean;
}

/** A dump whose bytes are given; it ends well unless told otherwise. */
export function sourceOf(
  content: Iterable<Buffer> | AsyncIterable<Buffer>,
  finish: () => Promise<PartFacts> = () => Promise.resolve(FACTS),
): WatchedSource {
  const source: WatchedSource = {
    stream: Readable.from(content, { objectMode: false }),
    finish,
    aborted: false,
    abort: async () => {
      source.aborted = true;
      await Promise.resolve();
    },
  };
  return source;
}

/** Gives some bytes, then does what it is told: throw, or wait for ever. */
export async function* bytesThen(
  content: Buffer,
  then: () => Promise<void>,
): AsyncGenerator<Buffer> {
  yield content;
  await then();
}

export function attemptOf(change: Partial<Attempt> = {}): Attempt {
  return {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    owner: 'pawl:key-1:accounts',
    ...change,
  };
}

export function labelOf(name = 'accounts', change: Partial<StreamLabel> = {}): StreamLabel {
  return {
    stack: 'melvin',
    runKey: 'key-1',
    run: 'melvin/1',
    part: describePart({ name }),
    takenAt: '2026-08-21T10:00:00.123Z',
    ...change,
  };
}

export function manifestOf(change: Partial<Manifest> = {}): Manifest {
  const part: Part = describePart();
  return {
    schema: 'pawl/manifest@1',
    stack: 'melvin',
    run: 'melvin/1',
    runKey: 'key-1',
    takenAt: '2026-08-21T10:00:00.123Z',
    host: 'local',
    requestedBy: 'ops',
    pawlVersion: '0.1.0',
    entries: ['accounts'],
    partial: false,
    parts: [
      {
        ...{ part, snapshotId: 'f00d', path: '/accounts.dump', bytes: 42, facts: FACTS },
        sha256: 'a'.repeat(64),
      },
    ],
    ...change,
  };
}

export const noReceipt = (): Promise<void> => Promise.resolve();
