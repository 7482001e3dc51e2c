import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './processes';
import { onMongodb } from './stack-content';
import type { Installation, StackFixture } from './stack-fixture';

/** What a run may leave nowhere, however often something was killed. Each list is empty when all is well. */
export interface Leftovers {
  readonly programs: readonly string[];
  readonly sessions: readonly string[];
  readonly locks: readonly string[];
  readonly receipts: readonly string[];
  readonly places: readonly string[];
}

export const NOTHING: Leftovers = {
  programs: [],
  sessions: [],
  locks: [],
  receipts: [],
  places: [],
};

/** Looks for what runs of a stack have left. Programs are given a moment to end; nothing else is. */
export async function leftovers(pawl: Installation, stack: StackFixture): Promise<Leftovers> {
  const programs = await until(async () => {
    const found = await programsOf(pawl);
    return found.length === 0 ? found : undefined;
  }, 5).catch(() => programsOf(pawl));
  return {
    programs,
    sessions: await sessions(stack),
    locks: await stack.locks(),
    receipts: await receipts(pawl),
    places: [...(await databases(stack)), ...(await collections(stack)), ...(await folders(stack))],
  };
}

/** Programs that workers of this environment have started: they were given its home. */
export async function programsOf(pawl: Installation): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pawl.pids.includes(Number(pid))) return [];
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const environment = (await read('environ')).split('\0');
      if (!environment.includes(`HOME=${pawl.directory}`)) return [];
      return [`${pid}: ${(await read('cmdline')).replaceAll('\0', ' ')}`];
    }),
  );
  return found.flat();
}

async function sessions({ servers, name }: StackFixture): Promise<readonly string[]> {
  const rows = await servers.postgres.query<{ session: string }>(
    `select application_name || ': ' || query as session from pg_stat_activity
     where (application_name like 'pawl%' or application_name like 'pg\\_%') and datname like '${name}%'`,
  );
  return rows.map(({ session }) => session);
}

/** A folder for each run that has receipts. */
async function receipts(pawl: Installation): Promise<readonly string[]> {
  return readdir(join(pawl.stateDirectory, 'receipts')).catch(() => []);
}

async function databases({ servers, name }: StackFixture): Promise<readonly string[]> {
  const rows = await servers.postgres.query<{ datname: string; datallowconn: boolean }>(
    `select datname, datallowconn from pg_database where datname like '${name}%'`,
  );
  return rows
    .filter(({ datname, datallowconn }) => datname !== name || !datallowconn)
    .map(({ datname }) => `database ${datname}`);
}

async function collections({ servers, name }: StackFixture): Promise<readonly string[]> {
  const found = await onMongodb(servers.ferretdb.url, name, (db) => db.listCollections().toArray());
  return found
    .map((collection) => collection.name)
    .filter((collection) => !['events', 'people'].includes(collection))
    .map((collection) => `collection ${collection}`);
}

async function folders({ directory, uploads }: StackFixture): Promise<readonly string[]> {
  const known = ['pawl.yaml', 'repository', 'uploads'];
  const beside = (await readdir(directory)).filter((entry) => !known.includes(entry));
  const inside = (await readdir(uploads)).filter((entry) => entry.startsWith('.pawl'));
  return [...beside, ...inside].map((entry) => `folder ${entry}`);
}
