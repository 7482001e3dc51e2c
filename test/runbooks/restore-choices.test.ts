import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { sideBySide } from '../support/side-by-side';
import { storeAltered } from './support/alter-manifest';
import { databasesOf, makeDatabase, notesIn, postgresEntry, quoted } from './support/databases';
import { contentsOf, makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';

/** What PostgreSQL tells a session that is ended from outside. */
const ADMIN_SHUTDOWN = '57P01';

/** A stack with a database and a folder, and how they were when its recovery point was taken. */
interface Scene {
  readonly stack: ProtectedStack;
  readonly database: string;
  readonly uploads: string;
  readonly before: Content;
  readonly point: RecoveryPointSummary;
}

interface Content {
  readonly notes: string;
  readonly files: Record<string, string>;
}

describeWith(['temporal', 'restic', 'postgres'], 'what a restore may be told', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  const made: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  async function backUpAStack(): Promise<Scene> {
    const database = await make();
    const stack = await ProtectedStack.create(pawl, { protect: protect(database) });
    const uploads = join(stack.folder, 'uploads');
    await makeFolder(uploads);
    const before = await current({ database, uploads });
    return { stack, database, uploads, before, point: await stack.mustBackUp() };
  }

  const protect = (database: string) => ({
    notes: postgresEntry(server, database),
    uploads: { engine: 'files', path: './uploads' },
  });

  async function make(): Promise<string> {
    const name = await makeDatabase(server);
    made.push(name);
    return name;
  }

  /** Its database, and what there is beside it. */
  async function databasesNamedFor(database: string): Promise<readonly string[]> {
    return (await databasesOf(server)).filter((name) => name.startsWith(database));
  }

  describe('and does', () => {
    sideBySide({
      'one part: the others stay as they are': async () => {
        const scene = await backUpAStack();
        const { stack, database, uploads, before } = scene;
        const changed = await change(scene);

        expect((await stack.restore('uploads')).code).toBe(0);

        expect(await contentsOf(uploads)).toEqual(before.files);
        expect(await notesIn(server, database)).toBe(changed.notes);
      },

      'another database or folder: nothing else is touched, and nobody has to type a name':
        async () => {
          const scene = await backUpAStack();
          const { stack, database, before } = scene;
          const changed = await change(scene);
          const [copy, folder] = [`${database}_copy`, join(stack.folder, 'elsewhere', 'uploads')];

          expect((await stack.follow('restore', 'notes', '--into', copy, '-y')).code).toBe(0);
          expect((await stack.follow('restore', 'uploads', '--into', folder, '-y')).code).toBe(0);

          expect(await notesIn(server, copy)).toBe(before.notes);
          expect(await contentsOf(folder)).toEqual(before.files);
          expect(await current(scene)).toEqual(changed);
          expect(await databasesNamedFor(database)).toEqual([database, copy]);
        },

      "another's database with the stack's name: it is kept, and can be put back": async () => {
        const scene = await backUpAStack();
        const { stack, before } = scene;
        const theirs = await make();
        await server.query('delete from notes where id < 9', theirs);
        const others = await notesIn(server, theirs);

        expect((await stack.restore('notes', '--into', theirs)).code).toBe(0);

        expect(await notesIn(server, theirs)).toBe(before.notes);
        const kept = (await databasesNamedFor(theirs)).find((name) =>
          name.startsWith(`${theirs}_before`),
        );
        expect(await notesIn(server, kept ?? '')).toBe(others);
      },

      'a time or the beginning of an id: the recovery point that is meant': async () => {
        const scene = await backUpAStack();
        const { stack, before, point } = scene;
        const between = new Date().toISOString();
        const changed = await change(scene);
        await stack.mustBackUp();

        expect((await stack.restore('--at', between)).code).toBe(0);
        expect(await current(scene)).toEqual(before);
        expect((await stack.restore()).code).toBe(0);
        expect(await current(scene)).toEqual(changed);
        expect((await stack.restore('--point', point.id.slice(0, 6))).code).toBe(0);
        expect(await current(scene)).toEqual(before);
      },

      'everything or a part, when the newest recovery point has only that part': async () => {
        const scene = await backUpAStack();
        const { stack, before, point } = scene;
        const changed = await change(scene);
        const { id } = await stack.mustBackUp('uploads');
        const listed = JSON.parse((await stack.cli('points', '--json')).stdout) as object;
        const partial = { id, partial: true, entries: ['uploads'], missing: 0 };
        expect(listed).toMatchObject({ points: [partial, { id: point.id, partial: false }] });
        const verified = await stack.cli('points', 'verify', id, '--data', '--json');
        expect(verified.code).toBe(0);
        expect(JSON.parse(verified.stdout)).toMatchObject({
          whole: true,
          parts: [{ name: 'uploads', state: 'proved' }],
        });

        expect((await stack.restore()).code).toBe(0);
        expect(await current(scene)).toEqual(before);
        expect((await stack.restore('uploads')).code).toBe(0);
        expect(await current(scene)).toEqual({ ...before, files: changed.files });
      },

      'that it went well: what it replaced is dropped': async () => {
        const scene = await backUpAStack();
        const { stack, database, before } = scene;
        const changed = await change(scene);
        const { run = '' } = await stack.restore();
        const [, kept = ''] = await databasesNamedFor(database);
        expect(await notesIn(server, kept)).toBe(changed.notes);
        const listed = await stack.cli('kept', '--json');
        expect(JSON.parse(listed.stdout)).toMatchObject({
          kept: [
            { run, parts: [{ name: 'notes', keptAs: kept, state: 'kept' }, { name: 'uploads' }] },
          ],
        });
        expect((await stack.cli('kept')).stdout).toContain(kept);

        const confirmed = await stack.cli('restore', 'confirm', run, '-y', '--json');

        expect(confirmed.code).toBe(0);
        expect(JSON.parse(confirmed.stdout)).toMatchObject({
          ...{ dropped: [kept, expect.anything()], failed: [], dropping: [] },
        });
        expect((await stack.cli('kept')).stdout).not.toContain(kept);
        expect(await databasesNamedFor(database)).toEqual([database]);
        expect(await current(scene)).toEqual(before);
        expect((await stack.cli('restore', 'confirm', run, '-y')).code).toBe(7);
      },

      'how long what it replaced is kept: then it is gone by itself': async () => {
        const scene = await backUpAStack();
        const { stack, database, before } = scene;
        await stack.describe({ protect: protect(database), restore: { keepReplaced: '3s' } });

        expect((await stack.restore()).code).toBe(0);

        await until(
          async () => ((await databasesNamedFor(database)).length === 1 ? true : undefined),
          60,
        );
        expect(await current(scene)).toEqual(before);
      },

      'nothing of other sessions: they are told of, disconnected at the swap, and find what was restored':
        async () => {
          const scene = await backUpAStack();
          const { stack, database, before } = scene;
          await change(scene);
          const session = await server.connect(database);
          const plan = await stack.cli('plan', 'restore');
          expect(plan.stdout).toContain(
            `1 session(s) on ${database} will be disconnected at the swap`,
          );

          const disconnected = once(session, 'error') as Promise<[{ readonly code?: string }]>;

          expect((await stack.restore()).code).toBe(0);

          expect((await disconnected)[0].code).toBe(ADMIN_SHUTDOWN);
          expect(await notesIn(server, database)).toBe(before.notes);
        },
    });
  });

  it('and leaves no database that is not named for one of theirs', async () => {
    const others = (await databasesOf(server)).filter(
      (name) => !made.some((own) => name.startsWith(own)),
    );
    expect(others).toEqual([]);
  });

  describe('and refuses', () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await backUpAStack();
    });

    it.each([
      ['an unknown id', ['--point', 'ffffffff'], 7, 'ffffffff'],
      ['a time before the first one', ['--at', '2001-01-01'], 7, 'the oldest'],
      ['an unknown part', ['nothing'], 2, 'protects no'],
      ['a part --into a place, but two parts', ['notes', 'uploads', '--into', 'x', '-y'], 2, 'one'],
    ])('%s, and changes nothing', async (_what, argv, code, words) => {
      const changed = await change(scene);

      const ended = await scene.stack.restore(...argv);

      expect(ended.code).toBe(code);
      expect(ended.stdout + ended.stderr).toContain(words);
      expect(await current(scene)).toEqual(changed);
    });

    it.each([[[]], [['--confirm=another']], [['-y']]])(
      'anything without the name of the stack: %j',
      async (argv) => {
        const changed = await change(scene);

        const { code, stderr } = await scene.stack.follow('restore', ...argv);

        expect(code).toBe(2);
        expect(stderr).toContain(scene.stack.name);
        expect(await current(scene)).toEqual(changed);
      },
    );

    it("to replace another's database with a yes only", async () => {
      const theirs = await make();
      await server.query('delete from notes where id < 9', theirs);
      const others = await notesIn(server, theirs);

      const argv = ['notes', '--into', theirs] as const;
      const ended = await scene.stack.follow('restore', ...argv, '-y');

      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toContain(`${theirs} exists, and this replaces it.`);
      expect(ended.stderr).toContain(`--confirm=${scene.stack.name}`);
      expect((await scene.stack.follow('restore', ...argv, '--confirm=another', '-y')).code).toBe(
        2,
      );
      expect(await notesIn(server, theirs)).toBe(others);
      await server.query(`drop database ${quoted(theirs)}`);
    });

    it.each([
      ['digest', { digest: '0' }, 'other content'],
      ['number of rows', { rows: 11 }, 'has 10 rows instead of 11'],
    ])('to put in place what differs from its manifest in its %s', async (_what, wrong, words) => {
      const changed = await change(scene);
      const altered = await storeAltered(scene.stack, scene.point.id, (content) =>
        content.name.includes('notes') ? { ...content, ...wrong } : content,
      );

      const { code, failure } = await scene.stack.restore('--point', altered);

      expect([code, failure?.type]).toEqual([3, 'VerificationFailed']);
      expect(failure?.message).toContain(words);
      expect(failure?.state).toBe('What was there before is in place and untouched.');
      expect(await current(scene)).toEqual(changed);
      expect(await databasesNamedFor(scene.database)).toEqual([scene.database]);
    });
  });

  it('has the audit record with it, should the host be lost', async () => {
    const { stack } = await backUpAStack();
    const { id } = await stack.mustBackUp('uploads');
    const manifest = JSON.parse(await stack.restic('dump', id, '/manifest.json')) as object;
    const record = join(pawl.stateDirectory, 'audit', `${stack.name}.jsonl`);
    const [first, second] = (await readFile(record, 'utf8')).split('\n');
    expect(JSON.parse(second ?? '')).toMatchObject({ run: `${stack.name}/2`, outcome: 'done' });
    expect(manifest).toMatchObject({ audit: first });
  });

  async function current({ database, uploads }: Pick<Scene, 'database' | 'uploads'>) {
    return { notes: await notesIn(server, database), files: await contentsOf(uploads) };
  }

  /** Changes all that is protected; returns how it is now. */
  async function change(scene: Scene): Promise<Content> {
    await server.query(`update notes set note = 'newer' where id < 4`, scene.database);
    await writeFile(join(scene.uploads, 'note.txt'), 'newer\n');
    return current(scene);
  }
});
