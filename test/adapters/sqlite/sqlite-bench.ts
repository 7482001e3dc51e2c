import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createSqliteEngine } from '../../../activities/adapters/engines/sqlite/create-sqlite-engine';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { ServiceFiles } from '../../../activities/ports/service-files';
import type { Site } from '../../../activities/ports/site';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import type { SqliteEntry } from '../../../workflows/model/stack';
import type { EngineBench } from '../engine-contract';

export interface SqliteBenchOptions {
  readonly services?: ServiceFiles;
  readonly site?: Site;
  /** The service and the folder in it on which the bench's directory is mounted. */
  readonly service?: { readonly name: string; readonly mountedOn: string };
  readonly stop?: () => Promise<void>;
}

const NO_SERVICES: ServiceFiles = {
  locate: () => Promise.reject(new Error('no services here')),
  running: () => Promise.reject(new Error('no services here')),
  stop: () => Promise.reject(new Error('no services here')),
  start: () => Promise.reject(new Error('no services here')),
};

/** Every kind of value, table and object; names that are hostile to SQL and to sqlite3's own commands. */
const SOME = `
PRAGMA journal_mode = WAL;
CREATE TABLE plain (id INTEGER PRIMARY KEY, word TEXT, number REAL, bytes BLOB, anything);
INSERT INTO plain VALUES (1, 'one', 1.5, x'00ff00', 1), (2, 'a' || char(0) || 'b', 0.1, zeroblob(70000), 1.0),
  (3, '', 1e308, x'', '1'), (4, NULL, -0.0, NULL, x'31'), (5, 'ünï 🙂', 9007199254740993, x'0a', 9223372036854775807);
CREATE TABLE "we""ird
.quit; DROP TABLE plain" ("co""l,umn" TEXT, rowid, _rowid_, oid);
INSERT INTO "we""ird
.quit; DROP TABLE plain" VALUES ('.exit', 1, 2, 3), ('x', 3, 2, 1);
CREATE TABLE keyed (word TEXT COLLATE NOCASE, half REAL, more, PRIMARY KEY (word COLLATE BINARY, half)) WITHOUT ROWID;
INSERT INTO keyed VALUES ('a', 0.5, 1), ('A', 0.5, 2), ('b', 1, 3);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, doubled AS (id * 2) STORED, parent REFERENCES counted);
INSERT INTO counted (parent) VALUES (NULL), (1), (99);
CREATE VIRTUAL TABLE found USING fts5(body);
INSERT INTO found VALUES ('the quick brown fox'), ('jumps over');
CREATE INDEX by_word ON plain (word DESC) WHERE word IS NOT NULL;
CREATE VIEW seen AS SELECT word FROM plain;
CREATE TRIGGER told AFTER INSERT ON plain BEGIN UPDATE keyed SET more = more + 1; END;
DELETE FROM plain WHERE id = 3;
ANALYZE;
`;

const MUCH = `
CREATE TABLE much (id INTEGER PRIMARY KEY, bytes BLOB);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 360) INSERT INTO much SELECT i, randomblob(100000) FROM n;
`;

export function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pawl-sqlite-test-'));
}

/** Runs SQL by SQLite's own program, beside the engine. */
export function sqlite(file: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-batch', '-bail', file], {
    input: sql,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`sqlite3 ${file}: ${stderr}`);
  return stdout;
}

/** Databases in a directory of this host, made and read by SQLite's own program. */
export function sqliteBench(
  directory: string,
  spool: string,
  options: SqliteBenchOptions = {},
): EngineBench {
  const { service, services = NO_SERVICES } = options;
  const onHost = (source: string): string =>
    join(directory, service === undefined ? source : source.slice(service.mountedOn.length));
  const named = (name: string): string =>
    service === undefined ? name : `${service.mountedOn}/${name}`;
  const keep = ({ into, keepSuffix }: RestoreTarget): string => onHost(into) + keepSuffix;
  const beside = ({ into, besideSuffix }: RestoreTarget): string => onHost(into) + besideSuffix;
  const remove = async (place: string): Promise<void> => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      await rm(onHost(place) + suffix, { force: true });
    }
  };

  return {
    engine: createSqliteEngine({ hostRunner, services, spoolDirectory: spool }),
    site: options.site ?? hostSite(directory),
    names: {
      plain: named('app.db'),
      other: named('elsewhere.db'),
      hostile: ['-readonly', 'naïve 🙂', `we"ird'; $(id) --`, 'two\n.quit', 'x'.repeat(180)].map(
        named,
      ),
    },
    entry: (source) => sqliteEntry(source, service?.name),
    async seed(source, amount) {
      await remove(source);
      sqlite(onHost(source), { nothing: 'VACUUM;', some: SOME, much: MUCH }[amount]);
    },
    change(source) {
      sqlite(onHost(source), "UPDATE plain SET word = 'uno' WHERE id = 1;");
      return Promise.resolve();
    },
    remove,
    read: (place) => readDatabase(onHost(place)),
    readKept: (target) => readDatabase(join(keep(target), 'database')),
    async hasBeside(target) {
      const names = await readdir(directory);
      return names.some((name) => name.startsWith(basename(beside(target))));
    },
    deaths: [
      {
        title: 'database removed',
        accepted: ['PreconditionFailed'],
        strike: remove,
        revive: () => Promise.resolve(),
      },
      {
        title: 'database made again',
        accepted: ['PreconditionFailed'],
        async strike(source) {
          await rename(onHost(source), `${onHost(source)}.old`);
          sqlite(onHost(source), 'CREATE TABLE other (id);');
          await rm(`${onHost(source)}.old`);
        },
        revive: () => Promise.resolve(),
      },
    ],
    halfSwaps: [
      {
        title: 'the old one is to be moved',
        perform: (target) => mkdir(keep(target), { mode: 0o700 }),
      },
      {
        title: 'the old one is kept, the new one is not in its place',
        async perform(target) {
          await mkdir(keep(target), { mode: 0o700 });
          await rename(onHost(target.into), join(keep(target), 'database'));
        },
      },
      {
        title: 'the new one is in its place',
        async perform(target) {
          await mkdir(keep(target), { mode: 0o700 });
          await rename(onHost(target.into), join(keep(target), 'database'));
          await rename(join(beside(target), 'database'), onHost(target.into));
        },
      },
    ],
    leftovers: () => Promise.resolve([...copiesIn(spool), ...copiesIn(directory)]),
    async stop() {
      await options.stop?.();
      await rm(directory, { recursive: true, force: true });
      await rm(spool, { recursive: true, force: true });
    },
  };
}

function sqliteEntry(path: string, service?: string): SqliteEntry {
  const where = service === undefined ? {} : { service };
  return { name: 'chats', engine: 'sqlite', path, digests: true, ...where };
}

function hostSite(directory: string): Site {
  return { stack: 'melvin', directory, secret: () => Promise.reject(new Error('no secrets here')) };
}

/** What `.dump` says, in an order of its own: a compact copy has virtual tables last. And the mode, which must come back too. */
async function readDatabase(file: string): Promise<string | undefined> {
  if ((await lstat(file).catch(() => undefined)) === undefined) return undefined;
  const dump = sqlite(file, 'PRAGMA journal_mode;\n.dump\nPRAGMA integrity_check;');
  return dump.split('\n').sort().join('\n');
}

/** What the engine has not cleared away. */
function copiesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^\.?pawl[-_]sqlite-/.test(name));
}
