import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { mkdir, readdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { canMount, mountSmallDisk } from '../../runbooks/support/small-disk';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import type { EngineBench } from '../engine-contract';
import { EngineUser, newAttempt } from '../engine-user';
import { newDirectory, sqlite, sqliteBench } from './sqlite-bench';

describeWith(['sqlite'], 'a SQLite database on a bad day', () => {
  let directory: string;
  let bench: EngineBench;
  let user: EngineUser;

  beforeEach(async () => {
    directory = await newDirectory();
    bench = sqliteBench(directory, await newDirectory());
    user = new EngineUser(bench);
  });
  afterEach(() => bench.stop());

  const file = (name = 'app.db'): string => join(directory, name);
  const observe = (name: string) =>
    bench.engine.observe({ site: bench.site, entry: bench.entry(name), attempt: newAttempt() });

  /** Commits, and dies before anything is moved from the WAL to the file. */
  async function commitAndDie(sql: string): Promise<void> {
    const child = spawn('sqlite3', ['-batch', file()], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`${sql}\nSELECT 'done';\n`);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  it('saves what is only in the WAL, and takes the WAL along when it is replaced', async () => {
    sqlite(file(), 'PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1);');
    await commitAndDie('UPDATE t SET n = 2;');
    const dump = await user.dump('app.db');
    await commitAndDie('UPDATE t SET n = 3;');
    expect(await readdir(directory)).toContain('app.db-wal');
    const target = restoreTarget('app.db', 1);
    await user.restoreBeside(dump, target);
    await user.digest(dump, target);
    await user.swap(dump, target);
    expect((await readdir(directory)).sort()).toEqual(['app.db', 'app.db_before_1']);
    expect(sqlite(file(), 'SELECT n FROM t; PRAGMA journal_mode;')).toBe('2\nwal\n');
    await user.swapBack(dump, target);
    expect(sqlite(file(), 'SELECT n FROM t')).toBe('3\n');
  });

  it('gives the restored database the owner and mode of the one it replaces, or of the saved one', async () => {
    await bench.seed('app.db', 'some');
    chmodSync(file(), 0o640);
    if (process.getuid?.() === 0) chownSync(file(), 1234, 1235);
    const { uid, gid, mode } = statSync(file());
    const dump = await user.dump('app.db');
    for (const [number, into] of ['app.db', 'new/deep.db'].entries()) {
      const target = restoreTarget(into, number + 1);
      await user.restoreBeside(dump, target);
      await user.swap(dump, target);
      expect(statSync(file(into))).toMatchObject({ uid, gid, mode });
    }
  });

  it('stores nothing of a damaged database', async () => {
    await bench.seed('app.db', 'much');
    await truncate(file(), 16_000_000);
    await expect(user.dump('app.db')).rejects.toMatchObject({ kind: 'VerificationFailed' });
  });

  it('refuses what is no database, by name', async () => {
    await writeFile(file('junk.db'), 'not a database, but long enough to be looked at. '.repeat(9));
    await expect(observe('junk.db')).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await expect(observe('.')).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('copies page by page what only its application can vacuum', async () => {
    sqlite(
      file(),
      `CREATE TABLE t (word, size AS (length(word))); INSERT INTO t (word) VALUES ('a'), ('b');
       CREATE INDEX by_size ON t (size);
       PRAGMA writable_schema = ON;
       UPDATE sqlite_master SET sql = replace(sql, 'length', 'its_own');`,
    );
    const dump = await user.dump('app.db');
    expect(dump.facts.notes.join('\n')).toContain('its_own');
    expect(dump.facts.contents.find(({ name }) => name === 't')?.rows).toBe(2);
    const target = restoreTarget('app.db', 1);
    await user.restoreBeside(dump, target);
    expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
  });

  it('tells rows that refer to nothing, and digests nothing where that is not wanted', async () => {
    await bench.seed('app.db', 'some');
    const { facts } = await user.dump('app.db');
    expect(facts.notes.join('\n')).toContain('refer to rows that are not there, in counted');
    const entry = { ...bench.entry('app.db'), digests: false } as never;
    const observed = await bench.engine.observe({ site: bench.site, entry, attempt: newAttempt() });
    expect(observed.notes.join('\n')).toContain('not digested');
  });

  it('tells types apart: 1, 1.0, text and blob are four contents', async () => {
    const digests = new Set<string>();
    for (const value of ['1', '1.0', "'1'", "x'31'", 'NULL']) {
      await bench.remove('app.db');
      sqlite(file(), `CREATE TABLE t (v); INSERT INTO t VALUES (${value});`);
      const { facts } = await user.dump('app.db');
      digests.add(facts.contents.find(({ name }) => name === 't')?.digest ?? '');
    }
    expect(digests.size).toBe(5);
  });

  it('refuses to replace a database that a process has open', async () => {
    await bench.seed('app.db', 'some');
    const dump = await user.dump('app.db');
    const target = restoreTarget('app.db', 1);
    await user.restoreBeside(dump, target);
    const child = spawn('sh', ['-c', 'exec 3<>app.db; echo open; exec cat'], { cwd: directory });
    await once(child.stdout, 'data');
    const observed = await user.observeTarget(dump, target);
    expect(observed.obstacle?.obstacle).toContain(`process ${child.pid ?? ''}`);
    await expect(user.swap(dump, target)).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    child.kill();
    await once(child, 'exit');
    expect(await user.swap(dump, target)).toEqual({ kept: true });
  });

  it('restores nothing by a symbolic link that somebody else can change', async () => {
    if (process.getuid?.() !== 0) return;
    await bench.seed('app.db', 'some');
    const dump = await user.dump('app.db');
    await symlink(file(), file('link.db'));
    chmodSync(directory, 0o777);
    await expect(user.observeTarget(dump, restoreTarget('link.db', 1))).rejects.toMatchObject({
      kind: 'PreconditionFailed',
    });
  });

  it('waits for a lock, and saves when it is let go', async () => {
    sqlite(file(), 'CREATE TABLE t (n);');
    const child = spawn('sqlite3', ['-batch', file()], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write("BEGIN EXCLUSIVE; SELECT 'locked';\n");
    await once(child.stdout, 'data');
    setTimeout(() => child.kill(), 1000);
    expect((await user.dump('app.db')).facts.consistency).toBe('snapshot');
  });

  it('leaves nothing behind when it is cancelled while it copies', async () => {
    await bench.seed('app.db', 'much');
    const controller = new AbortController();
    const reason = new Error('cancelled by the operator');
    const begun = user.beginDump('app.db', newAttempt({ signal: controller.signal }));
    await until(async () => (await bench.leftovers()).length > 0 || undefined, 20);
    controller.abort(reason);
    await expect(begun).rejects.toBe(reason);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('removes what attempts of a dead worker left: its own, and of others when they are old', async () => {
    await bench.seed('app.db', 'some');
    const attempt = newAttempt();
    const [own, other] = [attempt, newAttempt()].map(({ owner }) => copyOf(file(), owner));
    for (const name of [own, other]) await mkdir(file(name));
    await (await user.beginDump('app.db', attempt)).abort();
    expect((await bench.leftovers()).join()).toBe(other);
    const longAgo = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await utimes(file(other), longAgo, longAgo);
    await (await user.beginDump('app.db')).abort();
    expect(await bench.leftovers()).toEqual([]);
  });

  it('is copied beside itself when the spool has no room, and refused by name when nothing has', async () => {
    if (!canMount) return;
    const [spool, beside] = [await mountSmallDisk(file('spool'), 20), file('beside')];
    const small = sqliteBench(directory, spool.folder);
    try {
      await small.seed('app.db', 'much');
      const dump = await new EngineUser(small).dump('app.db');
      expect(dump.bytes.length).toBeGreaterThan(32_000_000);
      const full = await mountSmallDisk(beside, 60);
      try {
        await small.seed('beside/app.db', 'much');
        await expect(new EngineUser(small).dump('beside/app.db')).rejects.toMatchObject({
          kind: 'PreconditionFailed',
          message: expect.stringMatching(/no room for a copy of \S+app\.db/) as string,
        });
      } finally {
        await full.unmount();
      }
    } finally {
      await spool.unmount();
    }
  });
});

/** What an attempt calls its copy beside a database. */
function copyOf(path: string, owner: string): string {
  const [ofPath, ofOwner] = [path, owner].map((text) =>
    createHash('sha256').update(text).digest('hex').slice(0, 16),
  );
  return `.pawl_sqlite-${ofPath ?? ''}-${ofOwner ?? ''}`;
}
