import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startFerretdb, type FerretdbServer } from '../support/ferretdb-server';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { makeDatabase, notesIn, postgresEntry, quoted } from './support/databases';
import { contentsOf, makeFolder } from './support/folders';
import { startStickyProxy, type StickyProxy } from './support/sticky-proxy';
import { ProtectedStack } from './support/protected-stack';
import { holdUpload, programOf } from './support/worker-programs';

/** A part and its manifest. */
const WHOLE = 2;
/** Of a kilobyte: far more than all pipes between PostgreSQL and restic hold. */
const ROWS = 8_000;

describeWith(['temporal', 'restic', 'postgres'], 'a source on a bad day: PostgreSQL', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  let programs: string;
  let database: string;
  let stack: ProtectedStack;

  beforeAll(async () => {
    server = await startPostgres();
    programs = join(server.socketDirectory, 'programs');
    await mkdir(programs);
    const PATH = `${programs}${delimiter}${process.env['PATH'] ?? ''}`;
    pawl = await startPawl({ env: { PATH, DATABASE_PASSWORD: server.password } });
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  beforeEach(async () => {
    database = await makeDatabase(server, undefined, ROWS);
    const protect = { notes: postgresEntry(server, database) };
    stack = await ProtectedStack.create(pawl, { protect });
  });

  it('the server is killed in mid-dump: the run waits for it, and ends right', async () => {
    const before = await notesIn(server, database);
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    await server.kill9();
    upload.release();

    const step = await stack.step(run, 'back-up:notes', ({ attempt = 1 }) => attempt > 1);
    expect(step.lastFailure).toBeDefined();
    expect(await stack.snapshots()).toEqual([]);
    await server.restart();

    expect((await stack.watch(run)).code).toBe(0);
    expect(await stack.snapshots()).toHaveLength(WHOLE);
    expect((await stack.restore()).code).toBe(0);
    expect(await notesIn(server, database)).toBe(before);
  });

  it('pg_dump is killed: what it had sent is not stored, and the run ends right', async () => {
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    process.kill(await programOf(pawl, 'pg_dump --format'), 'SIGKILL');
    upload.release();

    expect((await stack.watch(run)).code).toBe(0);
    expect(await stack.snapshots()).toHaveLength(WHOLE);
  });

  it('restic is killed in mid-dump: nothing is stored, no lock stays, and the run ends right', async () => {
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    process.kill(upload.pid, 'SIGKILL');

    expect((await stack.watch(run)).code).toBe(0);
    expect(await stack.snapshots()).toHaveLength(WHOLE);
    expect(await stack.locks()).toEqual([]);
  });

  it('the database is dropped in mid-dump: nothing is stored', async () => {
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    await server.query(`drop database ${quoted(database)} with (force)`);
    upload.release();

    const { code, failure } = await stack.watch(run);

    expect([code, failure?.type]).toEqual([7, 'PreconditionFailed']);
    expect(failure?.message).toContain(database);
    expect(await stack.snapshots()).toEqual([]);
  });

  it('a pg_dump that prints nothing and ends well stores nothing', async () => {
    await putProgram('exit 0');

    const { code, failure } = await stack.backup();

    expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
    expect(failure?.message).toContain('wrote no archive (0 bytes)');
    expect(await stack.snapshots()).toEqual([]);
  });

  it('a pg_dump that prints half an archive and ends well stores nothing', async () => {
    await putProgram(`"${join(server.programs, 'pg_dump')}" "$@" | head -c 4000000`);

    const { code, failure } = await stack.backup();

    expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
    expect(failure?.message).toContain('ended well but wrote only a part of an archive');
    expect(await stack.snapshots()).toEqual([]);
    expect(await stack.locks()).toEqual([]);
  });

  it('a wrong password ends the run at once, and changes nothing', async () => {
    const wrong = { ...postgresEntry(server, database), password: { file: './repository.key' } };
    await stack.describe({ protect: { notes: wrong } });

    const { code, failure } = await stack.backup();

    expect([code, failure?.type]).toEqual([7, 'CredentialsRejected']);
    expect(failure?.state).toBe('Nothing was changed.');
    expect(failure?.message).not.toContain('correct horse');
  });

  /** Instead of pg_dump, first in the worker's PATH. */
  async function putProgram(commands: string): Promise<void> {
    const file = join(programs, 'pg_dump');
    const version = `[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 15.0" && exit 0`;
    await writeFile(file, `#!/bin/sh\n${version}\n${commands}\n`);
    await chmod(file, 0o755);
  }

  afterEach(() => rm(join(programs, 'pg_dump'), { force: true }));
});

describeWith(['temporal', 'restic', 'ferretdb'], 'a source on a bad day: MongoDB', () => {
  let pawl: PawlEnvironment;
  let server: FerretdbServer;
  let proxy: StickyProxy;
  let stack: ProtectedStack;

  beforeAll(async () => {
    [pawl, server] = await Promise.all([startPawl(), startFerretdb()]);
    const client = new MongoClient(server.url);
    const note = 'as it was '.repeat(100);
    const documents = Array.from({ length: 6_000 }, (_, number) => ({ number, note }));
    await client.db('events').collection<object>('notes').insertMany(documents);
    await client.close();
    proxy = await startStickyProxy(server.port, 2_000_000);
    const address = { host: '127.0.0.1', port: proxy.port };
    stack = await ProtectedStack.create(pawl, {
      protect: { events: { engine: 'mongodb', address, database: 'events' } },
    });
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all([pawl.stop(), server.stop()]);
  });

  it('the connection is lost in mid-collection: the run waits for the server, and ends right', async () => {
    const run = await stack.submit('backup', '--init');
    await proxy.stuck;
    await server.kill9();
    proxy.release();

    const step = await stack.step(run, 'back-up:events', ({ attempt = 1 }) => attempt > 1);
    expect(step.lastFailure).toContain('events');
    expect(await stack.snapshots()).toEqual([]);
    await server.restart();

    const { code, outcome } = await stack.watch(run);
    expect(code).toBe(0);
    expect(outcome).toMatchObject({ parts: [{ name: 'events', rows: 6_000 }] });
    expect(await stack.snapshots()).toHaveLength(WHOLE);
  });
});

describeWith(['temporal', 'restic'], 'a source on a bad day: files', () => {
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;
  let uploads: string;

  beforeAll(async () => {
    pawl = await startPawl();
  });
  afterAll(() => pawl.stop());

  beforeEach(async () => {
    const protect = { uploads: { engine: 'files', path: './uploads' } };
    stack = await ProtectedStack.create(pawl, { protect });
    uploads = join(stack.folder, 'uploads');
    await makeFolder(uploads, 8);
  });

  it('restic is killed: what it had stored is not used, and the run ends right', async () => {
    await makeFolder(uploads, 96);
    const before = await contentsOf(uploads);
    const run = await stack.submit('backup', '--init');
    const { pid } = await holdUpload(pawl);
    process.kill(pid, 'SIGKILL');

    expect((await stack.watch(run)).code).toBe(0);
    expect(await stack.snapshots()).toHaveLength(WHOLE);
    await rm(uploads, { recursive: true });
    expect((await stack.restore()).code).toBe(0);
    expect(await contentsOf(uploads)).toEqual(before);
  });

  it('tar is killed: what it had sent is not stored, and the run ends right', async () => {
    // A pattern that restic has not: tar saves it.
    const exclude = ['[[:digit:]].none'];
    const protect = { uploads: { engine: 'files', path: './uploads', exclude } };
    stack = await ProtectedStack.create(pawl, { protect });
    uploads = join(stack.folder, 'uploads');
    // More than may wait between tar and restic: tar is still reading it.
    await makeFolder(uploads, 96);
    const before = await contentsOf(uploads);
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    process.kill(await programOf(pawl, 'tar '), 'SIGKILL');
    upload.release();

    expect((await stack.watch(run)).code).toBe(0);
    expect(await stack.snapshots()).toHaveLength(WHOLE);
    await rm(uploads, { recursive: true });
    expect((await stack.restore()).code).toBe(0);
    expect(await contentsOf(uploads)).toEqual(before);
  });

  it('the folder is moved away in mid-dump: nothing is stored', async () => {
    // More than may wait between tar and restic: tar is still reading it.
    await makeFolder(uploads, 96);
    const run = await stack.submit('backup', '--init');
    const upload = await holdUpload(pawl);
    await rename(uploads, join(stack.folder, 'elsewhere'));
    upload.release();

    const { code, failure } = await stack.watch(run);

    expect([code, failure?.type]).toEqual([7, 'PreconditionFailed']);
    expect(await stack.snapshots()).toEqual([]);
  });

  it('a folder that is not there ends the run, and changes nothing', async () => {
    await rm(uploads, { recursive: true });

    const { code, failure } = await stack.backup();

    expect([code, failure?.type]).toEqual([7, 'PreconditionFailed']);
    expect(failure?.state).toBe('Nothing was changed.');
    expect(failure?.message).toContain(uploads);
  });
});
