import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BSON } from 'mongodb';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { type FerretdbServer, startFerretdb } from '../../support/ferretdb-server';
import { describeWith } from '../../support/requirements';
import { dumpWhole, newAttempt } from '../engine-user';
import {
  contentOf,
  engine,
  entryAt,
  halfSwap,
  namesIn,
  partOf,
  site,
  withDb,
} from './mongodb-bench';

const run = promisify(execFile);
const { part } = partOf({ into: 'melvin' });

describeWith(['ferretdb'], 'MongoDB restore', () => {
  let server: FerretdbServer;
  let runNumber = 0;

  beforeAll(async () => {
    server = await startFerretdb();
  });
  afterAll(() => server.stop());

  const entry = () => entryAt(server.port, 'melvin');
  const content = () => withDb(server, 'melvin', (db) => contentOf(db, (name) => name));
  const names = () => withDb(server, 'melvin', async (db) => (await namesIn(db)).sort());
  const dump = () => dumpWhole(engine, site, entry(), part);

  /** `both` and `gone` are dumped; then `gone` goes, `both` changes and `late` comes; then the dump is put beside. */
  async function readyToSwap(): Promise<{
    target: RestoreTarget;
    dumped?: string;
    changed?: string;
  }> {
    const dumped = await withDb(server, 'melvin', async (db) => {
      await db.dropDatabase();
      await db.collection('both').insertOne({ _id: 1 as never });
      await db.collection('gone').insertOne({ _id: 1 as never });
      return contentOf(db, (name) => name);
    });
    const { bytes } = await dump();
    const changed = await withDb(server, 'melvin', async (db) => {
      await db.dropCollection('gone');
      await db.collection('both').insertOne({ _id: 2 as never });
      await db.collection('late').insertOne({ _id: 1 as never });
      return contentOf(db, (name) => name);
    });
    const target = restoreTarget('melvin', ++runNumber);
    await engine.prepare({ site, entry: entry(), part, target, attempt: newAttempt() });
    const sink = await engine.receive({
      site,
      entry: entry(),
      part,
      target,
      attempt: newAttempt(),
    });
    sink.stream.end(bytes);
    await sink.finish();
    return { target, ...(dumped && { dumped }), ...(changed && { changed }) };
  }

  it.each([1, 2, 3, 4])(
    'goes on, or back, when the swap was cut off after %i of 4 renames',
    async (renames) => {
      const forward = await readyToSwap();
      await halfSwap(server, renames).perform(forward.target);
      expect(
        await engine.swap({
          site,
          entry: entry(),
          part,
          target: forward.target,
          attempt: newAttempt(),
        }),
      ).toEqual({
        kept: true,
      });
      expect(await content()).toBe(forward.dumped);
      expect(await names()).toContain(`late${forward.target.keepSuffix}`);
      await engine.discardKept({
        site,
        entry: entry(),
        part,
        target: forward.target,
        attempt: newAttempt(),
      });
      expect(await names()).toEqual(['both', 'gone']);

      const back = await readyToSwap();
      await halfSwap(server, renames).perform(back.target);
      await engine.swapBack({
        site,
        entry: entry(),
        part,
        target: back.target,
        attempt: newAttempt(),
      });
      expect(await content()).toBe(back.changed);
      expect(await names()).toEqual(['both', 'late']);
    },
  );

  it.each([1, 2, 3, 4])(
    'goes back when going back was cut off after %i of 4 renames',
    async (renames) => {
      const { target, changed } = await readyToSwap();
      await engine.swap({ site, entry: entry(), part, target, attempt: newAttempt() });
      await halfSwap(server, renames, 'swapBack').perform(target);
      await engine.swapBack({ site, entry: entry(), part, target, attempt: newAttempt() });
      expect(await content()).toBe(changed);
      expect(await names()).toEqual(['both', 'late']);
    },
  );

  it('leaves out of a backup what a restore keeps', async () => {
    const { target } = await readyToSwap();
    await engine.swap({ site, entry: entry(), part, target, attempt: newAttempt() });
    const { facts } = await dump();
    expect(facts.contents.map(({ name }) => name)).toEqual([
      'both$metadata',
      'both',
      'gone$metadata',
      'gone',
    ]);
    expect(facts.notes).toEqual([expect.stringMatching(/left out: 3 collections/)]);
    await engine.discardKept({ site, entry: entry(), part, target, attempt: newAttempt() });
  });

  it('does not touch a collection of the application that has the name it needs', async () => {
    await withDb(server, 'melvin', async (db) => {
      await db.dropDatabase();
      await db.collection('mine_restoring_900').insertOne({});
    });
    const target = restoreTarget('melvin', 900);
    const prepared = engine.prepare({ site, entry: entry(), part, target, attempt: newAttempt() });
    await expect(prepared).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await engine.discardBeside({ site, entry: entry(), part, target, attempt: newAttempt() });
    expect(await names()).toEqual(['mine_restoring_900']);
  });

  it('refuses a collection that this server cannot rename before it touches anything', async () => {
    await withDb(server, 'melvin', async (db) => {
      await db.dropDatabase();
      await db.collection('fs.files').insertOne({});
    });
    const { bytes } = await dump();
    const target = restoreTarget('melvin', ++runNumber);
    await engine.prepare({ site, entry: entry(), part, target, attempt: newAttempt() });
    const sink = await engine.receive({
      site,
      entry: entry(),
      part,
      target,
      attempt: newAttempt(),
    });
    sink.stream.end(bytes);
    await expect(sink.finish()).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await engine.discardBeside({ site, entry: entry(), part, target, attempt: newAttempt() });
    expect(await names()).toEqual(['fs.files']);
  });

  describe('with collections that this server cannot rename', () => {
    async function receive(target: RestoreTarget, bytes: Buffer): Promise<void> {
      await engine.prepare({ site, entry: entry(), part, target, attempt: newAttempt() });
      const sink = await engine.receive({
        site,
        entry: entry(),
        part,
        target,
        attempt: newAttempt(),
      });
      sink.stream.end(bytes);
      await sink.finish();
    }

    async function lose(): Promise<{ bytes: Buffer; saved: string | undefined }> {
      const saved = await withDb(server, 'melvin', async (db) => {
        await db.dropDatabase();
        await db.collection('fs.files').insertOne({ _id: 1 as never, filename: 'movie' });
        await db.collection('fs.chunks').insertOne({ _id: 1 as never, n: 0 });
        const indexes = [{ key: { n: 1 }, name: 'n', unique: true }];
        await db.command({ createIndexes: 'fs.chunks', indexes });
        await db.collection('plain').insertOne({ _id: 1 as never });
        return contentOf(db, (name) => name);
      });
      const { bytes } = await dump();
      await withDb(server, 'melvin', (db) => db.dropDatabase());
      return { bytes, saved };
    }

    it('says so when it is saved', async () => {
      await withDb(server, 'melvin', (db) => db.collection('fs.files').insertOne({}));
      const { notes } = await engine.observe({ site, entry: entry(), attempt: newAttempt() });
      expect(notes.join()).toMatch(
        /cannot rename .*"fs.files".* into a database that holds nothing/,
      );
    });

    it('brings a lost database back whole, built in its place', async () => {
      const { bytes, saved } = await lose();
      const target = restoreTarget('melvin', ++runNumber);
      await receive(target, bytes);
      // What died is begun again.
      await receive(target, bytes);
      const digests = await engine.digest({
        site,
        entry: entry(),
        part,
        target,
        expected: [],
        attempt: newAttempt(),
      });
      expect(digests.map(({ name }) => name)).toContain('fs.chunks');
      const swap = () => engine.swap({ site, entry: entry(), part, target, attempt: newAttempt() });
      expect(await swap()).toEqual({ kept: false });
      expect(await swap()).toEqual({ kept: false });
      await engine.discardKept({ site, entry: entry(), part, target, attempt: newAttempt() });
      expect(await content()).toBe(saved);
      expect(await names()).toEqual(['fs.chunks', 'fs.files', 'plain']);
    });

    it('takes away what it built when it is undone, before and after the swap', async () => {
      const { bytes } = await lose();
      const early = restoreTarget('melvin', ++runNumber);
      await receive(early, bytes);
      await engine.discardBeside({
        site,
        entry: entry(),
        part,
        target: early,
        attempt: newAttempt(),
      });
      expect(await names()).toEqual([]);
      const late = restoreTarget('melvin', ++runNumber);
      await receive(late, bytes);
      await engine.swap({ site, entry: entry(), part, target: late, attempt: newAttempt() });
      await engine.swapBack({ site, entry: entry(), part, target: late, attempt: newAttempt() });
      expect(await names()).toEqual([]);
    });
  });

  it('writes what mongorestore reads: tar unpacks it, one .bson and one .metadata.json per collection', async () => {
    const long = 'ö'.repeat(100);
    const documents = [{ _id: 1 as never, total: 1.5 }, { _id: 2 as never }];
    await withDb(server, 'melvin', async (db) => {
      await db.dropDatabase();
      await db.collection('naïve 🙂').insertMany(documents);
      await db.command({
        createIndexes: 'naïve 🙂',
        indexes: [{ key: { total: -1 }, name: 't', unique: true }],
      });
      await db.collection(long).insertOne(documents[0] ?? {});
    });
    const { bytes } = await dump();
    const directory = await mkdtemp(join(tmpdir(), 'pawl-untar-'));
    try {
      await writeFile(join(directory, 'dump.tar'), bytes);
      await run('tar', ['-xf', 'dump.tar'], { cwd: directory });
      const stem = join(directory, 'melvin', 'na%C3%AFve%20%F0%9F%99%82');
      expect(await readFile(`${stem}.bson`)).toEqual(
        Buffer.concat(documents.map((one) => BSON.serialize(one))),
      );
      expect(JSON.parse(await readFile(`${stem}.metadata.json`, 'utf8'))).toEqual({
        options: {},
        indexes: [
          { v: { $numberInt: '2' }, key: { _id: { $numberInt: '1' } }, name: '_id_' },
          { v: { $numberInt: '2' }, key: { total: { $numberInt: '-1' } }, name: 't', unique: true },
        ],
        uuid: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        collectionName: 'naïve 🙂',
        type: 'collection',
      });
      const cut = encodeURIComponent(long).slice(0, 208);
      const { stdout } = await run('tar', ['-tf', 'dump.tar', '--quoting-style=literal'], {
        cwd: directory,
      });
      expect(stdout).toContain(`melvin/${cut}%24`);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
