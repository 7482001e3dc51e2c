import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/*
 * The demo's proof shares nothing with pawl's own: rows in order through COPY, files by reading them, SHA-256 over both.
 */

/** What is compared before the disaster and after the restore: a name, and the SHA-256 of all there is under it. */
export type Digests = Readonly<Record<string, string>>;

const TABLES: Readonly<Record<string, string>> = {
  countries: 'select * from countries order by code',
  cities: 'select * from cities order by id',
  visits: 'select * from visits order by id',
  pictures: 'select city from pictures order by city',
  'large objects': 'select city, lo_get(image) from pictures order by city',
  'sequence visits_id_seq': 'select last_value, is_called from visits_id_seq',
  indexes: `select indexdef from pg_indexes where schemaname = 'public' order by indexname`,
  constraints: `select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace order by 1, 2`,
};

export async function digestDatabase(client: Client): Promise<Digests> {
  const digests: Record<string, string> = {};
  for (const [name, query] of Object.entries(TABLES)) {
    const hash = createHash('sha256');
    await pipeline(client.query(copyTo(`copy (${query}) to stdout`)), hash);
    digests[name] = hash.digest('hex');
  }
  return digests;
}

/** One digest over the path, kind, mode and content of everything in a folder. */
export async function digestFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const full = join(folder, path);
    const stat = await lstat(full);
    hash.update(`${relative(folder, full)}\0${stat.mode}\0`);
    if (stat.isFile()) hash.update(await digestFile(full));
  }
  return hash.digest('hex');
}

async function digestFile(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}
