import { createHash, randomBytes } from 'node:crypto';
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { BSON, MongoClient, type Db } from 'mongodb';
import type { Client } from 'pg';

/*
 * What a test stack holds, and digests of it that share nothing with pawl's own.
 */

/** More than all pipes and buffers between a dump and the repository can hold: its dump can be held in its middle. */
const LEDGER_ROWS = 20_000;

const TABLES = `
  create table accounts (id serial primary key, name text not null unique, picture oid);
  create table ledger (id bigint primary key, account int not null references accounts, entry text not null);
  create index on ledger (account);
  insert into accounts (name, picture)
    select name, lo_from_bytea(0, convert_to(name || ' looks like this', 'UTF8'))
    from unnest(array['anna', 'we"ird; --', 'naïve 🙂']) name;
  insert into ledger
    select n, 1 + n % 3, md5(n::text) || md5((-n)::text) from generate_series(1, ${LEDGER_ROWS}) n;
`;

const DIGESTED: Readonly<Record<string, string>> = {
  accounts: 'select id || name from accounts order by id',
  pictures: `select name || encode(lo_get(picture), 'hex') from accounts order by id`,
  ledger: 'select id || account::text || entry from ledger order by id',
  sequence: `select last_value || is_called::text from accounts_id_seq`,
  indexes: `select indexdef from pg_indexes where schemaname = 'public' order by 1`,
  constraints: `select pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace order by 1`,
};

export type Digests = Readonly<Record<string, string>>;

export async function fillDatabase(client: Client): Promise<void> {
  await client.query(TABLES);
}

export async function digestDatabase(client: Client): Promise<Digests> {
  const digests: Record<string, string> = {};
  for (const [name, query] of Object.entries(DIGESTED)) {
    const { rows } = await client.query<string[]>({ text: query, rowMode: 'array' });
    digests[name] = sha256(rows.map(([value]) => value ?? '').join('\n'));
  }
  return digests;
}

/** Two entries at its top, so that a swap moves more than one. */
export async function fillFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'photos', 'empty'), { recursive: true });
  await writeFile(join(folder, 'photos', 'naïve 🙂.jpg'), randomBytes(1_000_000));
  await symlink('photos/naïve 🙂.jpg', join(folder, 'newest.jpg'));
}

/** Path, mode and content of everything in a folder. */
export async function digestFolder(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const { mode, size } = await lstat(join(folder, path));
    const content = await contentOf(join(folder, path));
    lines.push(`${path} ${mode} ${content === undefined ? '' : `${size} ${sha256(content)}`}`);
  }
  return sha256(lines.join('\n'));
}

async function contentOf(path: string): Promise<Buffer | string | undefined> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return readlink(path);
  return stat.isFile() ? readFile(path) : undefined;
}

export async function fillMongodb(url: string, database: string): Promise<void> {
  await onMongodb(url, database, async (db) => {
    const events = Array.from({ length: 300 }, (_, n) => ({ _id: n as never, kind: `k${n % 7}` }));
    await db.collection('events').insertMany(events);
    await db.createIndex('events', { kind: 1 });
    await db.collection('people').insertOne({ name: 'naïve 🙂', since: new Date(0) });
  });
}

export async function digestMongodb(url: string, database: string): Promise<Digests> {
  return onMongodb(url, database, async (db) => {
    const digests: Record<string, string> = {};
    for (const { name } of await db.listCollections().toArray()) {
      const documents = await db.collection(name).find().sort({ _id: 1 }).toArray();
      const indexes = await db.collection(name).indexes();
      digests[`mongodb ${name}`] = sha256(BSON.EJSON.stringify([documents, indexes]));
    }
    return digests;
  });
}

export async function onMongodb<Result>(
  url: string,
  database: string,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const client = new MongoClient(url);
  try {
    return await work(client.db(database));
  } finally {
    await client.close();
  }
}

/** What nobody wants to see on any day: rows, documents and files are gone, or are others. May be done twice. */
export async function ruin(client: Client, folder: string, url: string, db: string): Promise<void> {
  const gone = 'truncate ledger; drop index if exists ledger_account_idx';
  await client.query(`${gone}; delete from accounts where id = 2`);
  await rm(join(folder, 'photos'), { recursive: true, force: true });
  await writeFile(join(folder, 'newer.txt'), 'written since');
  await onMongodb(url, db, (database) => database.collection('events').deleteMany({ kind: 'k1' }));
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
