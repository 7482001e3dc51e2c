import { randomBytes } from 'node:crypto';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clustersRoot } from '../../worker/clusters-root';
import type { DrillOutcome } from '../../workflows/model/drill';
import type { PointList } from '../../workflows/model/recovery-point';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { storeAltered, storeExchanged, storeTruncated } from './support/alter-manifest';
import { makeDatabase, notesIn, postgresEntry } from './support/databases';
import { contentsOf, makeFolder } from './support/folders';
import { ProtectedStack, type Ended } from './support/protected-stack';

const PROOF_FAILED = 8;

describeWith(['temporal', 'restic', 'postgres'], 'a drill', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  let stack: ProtectedStack;
  let database: string;
  let pointId: string;

  beforeAll(async () => {
    server = await startPostgres();
    pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
    database = await makeDatabase(server);
    await server.query('create role reader; create role "Odd ""one""";');
    await server.query('grant select on notes to reader, "Odd ""one"""', database);
    stack = await ProtectedStack.create(pawl, options('select count(*) = 10 from notes'));
    await makeFolder(join(stack.folder, 'uploads'));
    pointId = (await stack.mustBackUp()).id;
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  const options = (query: string) => ({
    protect: {
      notes: postgresEntry(server, database),
      uploads: { engine: 'files', path: './uploads' },
    },
    more: { drill: { assert: [{ sql: { part: 'notes', query } }] } },
  });

  function outcomeOf({ outcome, stdout, stderr }: Ended): DrillOutcome {
    if (outcome?.state === 'done' && outcome.runbook === 'drill') return outcome;
    throw new Error(`${stdout}${stderr}`);
  }

  const failedGates = (ended: Ended) =>
    outcomeOf(ended)
      .results.filter(({ passed }) => !passed)
      .map(({ gate, part }) => `${gate} of ${part}`);

  /** What drills have left anywhere. */
  async function leftovers(): Promise<readonly string[]> {
    const state = join(pawl.directory, 'state');
    const folders = [clustersRoot(state), join(state, 'drill')];
    const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
    return names.flat();
  }

  it('proves a good point by every gate, files first, and leaves nothing', async () => {
    const before = [
      await notesIn(server, database),
      await contentsOf(join(stack.folder, 'uploads')),
    ];
    const ended = await stack.follow('drill');
    expect(ended.code).toBe(0);
    const { proof, results } = outcomeOf(ended);
    expect(proof).toBe('passed');
    expect(results.map(({ part, gate }) => `${part} ${gate}`)).toEqual([
      ...['fetch', 'restore', 'content'].map((gate) => `uploads ${gate}`),
      ...['fetch', 'parse', 'restore', 'structure', 'content', 'engine'].map(
        (gate) => `notes ${gate}`,
      ),
      'notes assertion',
    ]);
    expect(await leftovers()).toEqual([]);
    expect([
      await notesIn(server, database),
      await contentsOf(join(stack.folder, 'uploads')),
    ]).toEqual(before);
    const { stdout } = await stack.cli('points', '--json');
    const [point] = (JSON.parse(stdout) as PointList).points;
    expect(point).toMatchObject({
      id: pointId,
      proof: { ok: true, whole: true, drill: ended.run },
    });
  });

  it('proves a whole server, its roles first', async () => {
    const whole = await ProtectedStack.create(pawl, {
      protect: { server: postgresEntry(server, { all: true }) },
    });
    await whole.mustBackUp();
    const ended = await whole.follow('drill');
    const { proof, results } = outcomeOf(ended);
    expect([ended.code, proof]).toEqual([0, 'passed']);
    expect(results[0]).toMatchObject({ part: 'server/globals', gate: 'fetch' });
    expect(results.map(({ part }) => part)).toContain(`server/${database}`);
    expect(await leftovers()).toEqual([]);
  });

  it('finds a changed row', async () => {
    const altered = await storeAltered(stack, pointId, (content) =>
      content.name.includes('notes')
        ? { ...content, digest: content.digest.replace(/.$/, '#') }
        : content,
    );
    const ended = await stack.follow('drill', `--point=${altered}`);
    expect([ended.code, failedGates(ended)]).toEqual([PROOF_FAILED, ['content of notes']]);
  });

  it('finds a changed file', async () => {
    await writeFile(join(stack.folder, 'uploads/added'), 'later');
    const { id: by } = await stack.mustBackUp();
    const exchanged = await storeExchanged(stack, pointId, { name: 'uploads', by });
    const ended = await stack.follow('drill', `--point=${exchanged}`, '--part=uploads');
    expect([ended.code, failedGates(ended)]).toEqual([PROOF_FAILED, ['fetch of uploads']]);
  });

  it('finds a dump that ends in its middle, though its bytes are those that were promised', async () => {
    const torn = await storeTruncated(stack, pointId, 'notes');
    const ended = await stack.follow('drill', `--point=${torn}`, '--part=notes');
    expect([ended.code, failedGates(ended)]).toEqual([PROOF_FAILED, ['restore of notes']]);
  });

  it('finds an assertion that does not hold', async () => {
    await stack.describe(options('select count(*) > 1000 from notes'));
    const ended = await stack.follow('drill', `--point=${pointId}`);
    expect([ended.code, failedGates(ended)]).toEqual([PROOF_FAILED, ['assertion of notes']]);
    expect(await leftovers()).toEqual([]);
  });

  it('finds flipped bytes in a pack', async () => {
    await writeFile(join(stack.folder, 'uploads', 'more'), randomBytes(3_000_000));
    const { id } = await stack.mustBackUp('uploads');
    await flipByte(join(stack.repository, 'data'));
    const ended = await stack.follow('drill', `--point=${id}`);
    expect([ended.code, failedGates(ended)]).toEqual([PROOF_FAILED, ['fetch of uploads']]);
  });
});

/** In the middle of the largest pack. */
async function flipByte(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  const packs = await Promise.all(
    paths.map(async (path) => ({ path, size: (await stat(path)).size })),
  );
  const [largest] = packs.sort((a, b) => b.size - a.size);
  if (largest === undefined) throw new Error('there is no pack');
  const file = await open(largest.path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    const at = Math.floor(largest.size / 2);
    await file.read(byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 0xff;
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}
