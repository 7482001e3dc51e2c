import { backUpPart, type BackUpPartInput } from '../../activities/data/back-up-part';
import { initialiseRepository } from '../../activities/data/initialise-repository';
import { releaseRecordText } from '../../workflows/model/release-text';
import { recordRun } from '../../activities/run/record-run';
import { storeManifest, type StoreManifestInput } from '../../activities/data/store-manifest';
import type { Manifest, PartSummary } from '../../workflows/model/recovery-point';
import { attemptOf } from '../adapters/restic/fixtures';
import {
  describePart,
  describePostgresEntry,
  describeRelease,
  describeStack,
} from '../support/descriptions';
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
const input: BackUpPartInput = {
  stack: STACK,
  run: RUN,
  part: describePart(),
  expectedBytes: 20,
  takenAt,
};

async function portsWithRepository(): Promise<MemoryPorts> {
  const ports = portsInMemory();
  await attempt(() => initialiseRepository(ports)({ stack: STACK }));
  return ports;
}

const backUp = (ports: MemoryPorts, change: Partial<BackUpPartInput> = {}): Promise<PartSummary> =>
  attempt(() => backUpPart(ports)({ ...input, ...change }));

const manifest = (
  ports: MemoryPorts,
  parts: readonly PartSummary[],
  change: Partial<StoreManifestInput> = {},
) => {
  const rest = { only: [], takenAt, requestedBy: 'anna', pawlVersion: '0.0.0', ...change };
  return attempt(() => storeManifest(ports)({ stack: STACK, run: RUN, parts, ...rest }));
};

function readManifest(ports: MemoryPorts, id: string): Promise<Manifest> {
  const site = { stack: 'melvin', directory: '/', secret: () => Promise.resolve('secret') };
  return ports.openRepository(site, STACK.repository).readManifest(id, attemptOf());
}

describe('backing up a part', () => {
  it('stores its dump, with counts taken by the source', async () => {
    const ports = await portsWithRepository();
    expect(await backUp(ports)).toMatchObject({
      bytes: 19,
      rows: 2,
      contents: 1,
      consistency: 'snapshot',
    });
  });

  it('does not dump again what an earlier attempt of the same run has stored', async () => {
    const ports = await portsWithRepository();
    const first = await backUp(ports);
    expect(await backUp(ports)).toEqual(first);
    expect(ports.dumps).toEqual(['accounts']);
  });

  it('dumps again for another run, and when the snapshot of a receipt is not there', async () => {
    const ports = await portsWithRepository();
    await backUp(ports);
    await backUp(ports, { run: { ...RUN, key: 'another' } });
    const receipt = { uploadId: 'never stored', sha256: '00', bytes: 19, facts: FACTS };
    await ports.receipts.write('third', describePart(), receipt);
    await backUp(ports, { run: { ...RUN, key: 'third' } });
    expect(ports.dumps).toHaveLength(3);
  });

  it('does not take a snapshot without a receipt for a whole one', async () => {
    const ports = await portsWithRepository();
    await backUp(ports);
    await ports.receipts.clear(RUN.key);
    await backUp(ports);
    expect(ports.dumps).toHaveLength(2);
  });

  it('refuses a part whose entry the stack file no longer has', async () => {
    const ports = await portsWithRepository();
    await expect(backUp(ports, { part: describePart({ entry: 'gone' }) })).rejects.toMatchObject({
      type: 'PreconditionFailed',
      nonRetryable: true,
    });
  });
});

describe('recording a run', () => {
  it('writes its end once, and clears its receipts away', async () => {
    const ports = await portsWithRepository();
    await backUp(ports);
    const entry = {
      runbook: 'backup',
      requestedBy: 'anna',
      trigger: 'cli',
      planHash: '',
      outcome: 'failed',
      summary: 'disk full',
      at: takenAt,
    };
    const record = () => attempt(() => recordRun(ports)({ stack: STACK, run: RUN, entry }));
    await record();
    await record();
    expect(ports.audited).toMatchObject([{ run: 'melvin/1', outcome: 'failed' }]);
    expect(await ports.receipts.read(RUN.key, describePart())).toBeUndefined();
  });
});

describe('storing the manifest', () => {
  it('makes the recovery point', async () => {
    const ports = await portsWithRepository();
    const point = await manifest(ports, [await backUp(ports)]);
    expect(point).toMatchObject({ run: 'melvin/1', takenAt, parts: 1 });
  });

  it('returns the point that an earlier attempt has stored', async () => {
    const ports = await portsWithRepository();
    const parts = [await backUp(ports)];
    expect(await manifest(ports, parts)).toEqual(await manifest(ports, parts));
  });

  it('is looked for by a run that may have stored it, and by no other', async () => {
    const ports = await portsWithRepository();
    const looks: string[] = [];
    const watched: MemoryPorts = {
      ...ports,
      openRepository: (...of) => {
        const repository = ports.openRepository(...of);
        const find = repository.findManifest.bind(repository);
        repository.findManifest = (manifest, looking) => {
          looks.push(manifest.runKey);
          return find(manifest, looking);
        };
        return repository;
      },
    };
    const parts = [await backUp(watched)];
    const input = { stack: STACK, run: RUN, parts, only: [], takenAt };
    const rest = { requestedBy: 'anna', pawlVersion: '0.0.0' };
    const store = () => storeManifest(watched)({ ...input, ...rest });
    await quietEnvironment(10_000, { attempt: 2 }).run(store);
    expect(looks).toEqual([RUN.key]);
    await ports.receipts.clear(RUN.key);
    await backUp(watched);
    await attempt(store);
    expect(looks).toEqual([RUN.key]);
    await attempt(store);
    expect(looks).toEqual([RUN.key, RUN.key]);
  });

  it('says which entries it holds, and whether somebody chose them', async () => {
    const ports = await portsWithRepository();
    const parts = [await backUp(ports)];
    const protect = ['uploads', 'accounts', 'empty'].map((name) => describePostgresEntry({ name }));
    const covered = async (key: string, only: readonly string[]) => {
      await ports.receipts.write(key, describePart(), {
        ...{ uploadId: 'u', sha256: '00', bytes: 19, facts: FACTS },
      });
      const run = { ...RUN, key };
      const stack = describeStack({ protect });
      const { entries, partial } = await manifest(ports, parts, { stack, run, only });
      return { entries, partial };
    };
    const entries = ['accounts'];
    expect(await covered('a', [])).toEqual({ entries, partial: false });
    expect(await covered('b', ['empty', 'accounts', 'uploads'])).toEqual({
      entries,
      partial: false,
    });
    expect(await covered('c', ['accounts'])).toEqual({ entries, partial: true });
  });

  it('puts the audit record of the stack into the manifest, line by line as it stands', async () => {
    const ports = await portsWithRepository();
    const lines = ['{"run":"melvin/0","hash":"00"}', '{"run":"melvin/\\"1\\""}'];
    const audit = { ...ports.audit, read: () => Promise.resolve(lines) };
    const recorded = { ...ports, audit };
    const { id } = await manifest(recorded, [await backUp(recorded)]);
    expect((await readManifest(ports, id)).audit).toBe(lines.join('\n'));
  });

  it('puts the releases of the host into the manifest, as their files stand', async () => {
    const ports = await portsWithRepository();
    const [two, one] = [describeRelease({ number: 2 }), describeRelease({ number: 1 })];
    ports.recorded.push(two, one);
    const { id } = await manifest(ports, [await backUp(ports)]);
    const { releases, currentRelease } = await readManifest(ports, id);
    expect(currentRelease).toBe(2);
    expect(releases).toEqual([
      { number: 2, release: releaseRecordText(two), model: 'model of 2' },
      { number: 1, release: releaseRecordText(one), model: 'model of 1' },
    ]);
  });

  it('says nothing of releases where there was none', async () => {
    const ports = await portsWithRepository();
    const { id } = await manifest(ports, [await backUp(ports)]);
    const stored = await readManifest(ports, id);
    expect(Object.keys(stored)).not.toContain('releases');
    expect(Object.keys(stored)).not.toContain('currentRelease');
  });

  it('refuses when the receipts were lost in between: nothing could be proved', async () => {
    const ports = await portsWithRepository();
    const parts = [await backUp(ports)];
    await ports.receipts.clear(RUN.key);
    await expect(manifest(ports, parts)).rejects.toMatchObject({ type: 'PreconditionFailed' });
  });
});
