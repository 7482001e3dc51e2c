import { Writable } from 'node:stream';
import { AdapterError } from '../../activities/ports/adapter-error';
import { backUpPart } from '../../activities/data/back-up-part';
import { findRecoveryPoint } from '../../activities/data/find-recovery-point';
import { initialiseRepository } from '../../activities/data/initialise-repository';
import type { Engine } from '../../activities/ports/engine';
import type { RepositoryLook } from '../../activities/ports/repository';
import { provePart } from '../../activities/data/prove-part';
import { restorePart } from '../../activities/data/restore-part';
import { storeManifest } from '../../activities/data/store-manifest';
import { verifyPart } from '../../activities/data/verify-part';
import type { PartSummary } from '../../workflows/model/recovery-point';
import { restoreTarget } from '../../workflows/model/restore-target';
import type { PostgresEntry } from '../../workflows/model/stack';
import { describePart } from '../support/descriptions';
import {
  attempt,
  FACTS,
  portsInMemory,
  quietEnvironment,
  RUN,
  STACK,
  type MemoryPorts,
} from './ports-in-memory';

const takenAt = '2026-01-01T00:00:00.000Z';
const target = restoreTarget('melvin', 2);
const part = describePart();

async function saved(
  engine: Partial<Engine<PostgresEntry>> = {},
): Promise<{ ports: MemoryPorts; stored: PartSummary; pointId: string }> {
  const ports = portsInMemory(engine);
  const base = { stack: STACK, run: RUN };
  await attempt(() => initialiseRepository(ports)(base));
  const stored = await attempt(() =>
    backUpPart(ports)({ ...base, part, expectedBytes: 1, takenAt }),
  );
  const rest = { parts: [stored], only: [], takenAt, requestedBy: 'anna', pawlVersion: '0' };
  const point = await attempt(() => storeManifest(ports)({ ...base, ...rest }));
  return { ports, stored, pointId: point.id };
}

const restore = (ports: MemoryPorts, pointId: string, stored: PartSummary) =>
  attempt(() => restorePart(ports)({ stack: STACK, run: RUN, pointId, stored, target }));

const prove = (ports: MemoryPorts, pointId: string) =>
  attempt(() => provePart(ports)({ stack: STACK, run: RUN, pointId, part, target }));

describe('finding a recovery point', () => {
  const find = (ports: MemoryPorts, id: string, stack = STACK) =>
    attempt(() => findRecoveryPoint(ports)({ stack, wanted: { point: { id }, only: [] } }));

  /** Looks at its repository show this. */
  function seeing(ports: MemoryPorts, seen: Partial<RepositoryLook>): MemoryPorts {
    const openRepository: MemoryPorts['openRepository'] = (...of) => {
      const repository = ports.openRepository(...of);
      const look = repository.look.bind(repository);
      repository.look = async (...asked) => ({ ...(await look(...asked)), ...seen });
      return repository;
    };
    return { ...ports, openRepository };
  }

  it('says where its parts lie now, and which is no longer in the repository', async () => {
    const { ports, stored, pointId } = await saved();
    expect((await find(ports, pointId)).parts).toEqual([stored]);
    const forgotten = seeing(ports, { locateParts: () => Promise.resolve([undefined]) });
    expect((await find(forgotten, pointId)).parts).toEqual([{ ...stored, missing: true }]);
  });

  it('takes the id of one that no list shows, but not of another stack', async () => {
    const { ports, pointId } = await saved();
    const unlisted = seeing(ports, { found: { points: [], unreadable: [] } });
    expect((await find(unlisted, pointId)).point.id).toBe(pointId);
    await expect(find(unlisted, pointId, { ...STACK, name: 'other' })).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: expect.stringContaining('recovery point of stack "melvin"') as string,
    });
  });

  it('reads a part to its end to verify it', async () => {
    const { ports, stored } = await saved();
    const verify = (part: PartSummary) =>
      attempt(() => verifyPart(ports)({ stack: STACK, stored: part }));
    expect(await verify(stored)).toEqual({ name: 'accounts', state: 'proved' });
    const other = { ...stored, sha256: 'f'.repeat(64) };
    expect(await verify(other)).toMatchObject({ name: 'accounts', state: 'damaged' });
  });
});

describe('restoring a part', () => {
  it('hands the stored bytes to the engine', async () => {
    const { ports, stored, pointId } = await saved();
    expect(await restore(ports, pointId, stored)).toEqual({ bytes: 19, notes: [] });
    expect(Buffer.concat(ports.received).toString()).toBe('content of accounts');
  });

  it("hands what the manifest knows of the part's surroundings to the engine, and tells what it left out", async () => {
    const given: unknown[] = [];
    const prepare: Engine<PostgresEntry>['prepare'] = ({ surroundings }) => {
      given.push(surroundings);
      return Promise.resolve(['left out its owner']);
    };
    const { ports, stored, pointId } = await saved({ prepare });
    expect(await restore(ports, pointId, stored)).toMatchObject({ notes: ['left out its owner'] });
    expect(given).toEqual([FACTS.surroundings]);
  });

  it('ends the reader that waits for a place which cannot be made, and says why there is none', async () => {
    const refused = new AdapterError('PreconditionFailed', 'no room');
    const { ports, stored, pointId } = await saved({ prepare: () => Promise.reject(refused) });
    const aborted: string[] = [];
    const openRepository: MemoryPorts['openRepository'] = (...of) => {
      const repository = ports.openRepository(...of);
      const read = repository.readStream.bind(repository);
      repository.readStream = async (...asked) => {
        const reading = await read(...asked);
        const abort = () => {
          aborted.push(asked[0]);
          return reading.abort();
        };
        return { ...reading, abort };
      };
      return repository;
    };
    await expect(restore({ ...ports, openRepository }, pointId, stored)).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: 'no room',
    });
    expect(aborted).toEqual([stored.snapshotId]);
  });

  it('refuses bytes that are not what the manifest promises', async () => {
    const { ports, stored, pointId } = await saved();
    const promised = { ...stored, sha256: 'f'.repeat(64) };
    await expect(restore(ports, pointId, promised)).rejects.toMatchObject({
      type: 'VerificationFailed',
      nonRetryable: true,
      message: expect.stringMatching(/Nothing that works was touched/) as string,
    });
  });

  it('tells why the engine did not take the dump, not that a pipe broke', async () => {
    const broken = new Writable({
      write: (_chunk, _encoding, done) => {
        done(new Error('EPIPE'));
      },
    });
    const receive = () =>
      Promise.resolve({
        stream: broken,
        finish: () => Promise.reject(new AdapterError('CommandFailed', 'pg_restore: no such type')),
        abort: () => Promise.resolve(),
      });
    const { ports, stored, pointId } = await saved({ receive });
    await expect(restore(ports, pointId, stored)).rejects.toMatchObject({
      message: 'pg_restore: no such type',
    });
  });

  it('waits for a repository that is away, whatever the engine says of the torn dump', async () => {
    const torn = new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
      final: (done) => {
        done(new Error('its end mark is missing'));
      },
    });
    const receive = () =>
      Promise.resolve({
        stream: torn,
        finish: () => Promise.reject(new AdapterError('CommandFailed', 'its end mark is missing')),
        abort: () => Promise.resolve(),
      });
    const { ports, stored, pointId } = await saved({ receive });
    const { openRepository } = ports;
    const away = {
      ...ports,
      openRepository: (...of: Parameters<typeof openRepository>) => {
        const repository = openRepository(...of);
        const readStream = repository.readStream.bind(repository);
        repository.readStream = async (...what) => ({
          ...(await readStream(...what)),
          finish: () => Promise.reject(new AdapterError('ServiceUnavailable', 'it is away')),
        });
        return repository;
      },
    };
    await expect(restore(away, pointId, stored)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
    });
  });

  it('ends the sink when the repository has no such snapshot', async () => {
    const { ports, stored, pointId } = await saved();
    await expect(
      restore(ports, pointId, { ...stored, snapshotId: 'absent' }),
    ).rejects.toMatchObject({
      type: 'PreconditionFailed',
    });
  });
});

describe('proving a part', () => {
  it('counts what is equal to the manifest', async () => {
    const { ports, pointId } = await saved();
    expect(await prove(ports, pointId)).toEqual({ proved: 1, rows: 2 });
  });

  it('is ended and tried again when the place it reads stands still', async () => {
    const { ports, pointId } = await saved({
      digest: ({ attempt: { signal } }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    });
    const stack = { ...STACK, limits: { ...STACK.limits, stallSeconds: 0.2 } };
    const proving = () => provePart(ports)({ stack, run: RUN, pointId, part, target });
    await expect(quietEnvironment(40).run(proving)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(/prove accounts: no byte moved for/) as string,
    });
  });

  it('names what differs', async () => {
    const digest = () =>
      Promise.resolve(FACTS.contents.map((content) => ({ ...content, rows: 1 })));
    const { ports, pointId } = await saved({ digest });
    await expect(prove(ports, pointId)).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: expect.stringMatching(/public\.users has 1 row instead of 2/) as string,
    });
  });
});

describe('finding a recovery point', () => {
  it('reads its manifest, without the contents of each part', async () => {
    const { ports, pointId } = await saved();
    const wanted = { point: { newest: true }, only: [] } as const;
    const found = await attempt(() => findRecoveryPoint(ports)({ stack: STACK, wanted }));
    expect(found).toMatchObject({ point: { id: pointId }, parts: [{ contents: 1, rows: 2 }] });
    expect(JSON.stringify(found)).not.toContain('digest');
  });

  it('says what to do when there is none such', async () => {
    const { ports } = await saved();
    const wanted = { point: { id: 'ffffffff' }, only: [] };
    await expect(
      attempt(() => findRecoveryPoint(ports)({ stack: STACK, wanted })),
    ).rejects.toMatchObject({
      type: 'PreconditionFailed',
      details: [{ evidence: { advice: expect.stringMatching(/pawl points/) as string } }],
    });
  });
});
