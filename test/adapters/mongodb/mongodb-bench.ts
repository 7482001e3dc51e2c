import { readdir, readlink } from 'node:fs/promises';
import { BSON, MongoClient, type Db } from 'mongodb';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import type { MongodbEntry, ProtectEntry } from '../../../workflows/model/stack';
import type { Engine } from '../../../activities/ports/engine';
import type { Site } from '../../../activities/ports/site';
import { createMongodbEngine } from '../../../activities/adapters/engines/mongodb/create-mongodb-engine';
import { startFerretdb } from '../../support/ferretdb-server';
import type { EngineBench, HalfSwap } from '../engine-bench';
import { newAttempt } from '../engine-user';
import { startCuttingProxy } from './cutting-proxy';

export const site: Site = {
  stack: 'melvin',
  directory: '/nowhere',
  secret: () => Promise.reject(new Error('no secret is needed here')),
};

export const engine = createMongodbEngine({
  containers: { address: () => Promise.reject(new Error('no container is needed here')) },
});

/** FerretDB cannot rename names with dots, and cannot make names with double quotes: those are tested apart. */
const HOSTILE_COLLECTIONS = [
  'naïve 🙂',
  "q'uote; --",
  'percent%41',
  'a/b',
  'back\\slash',
  'tab\tand\nline',
  'n'.repeat(200),
];

const JOURNAL = /^pawl_restoring_\d+_journal$/;

export function entryAt(port: number, database: MongodbEntry['database']): MongodbEntry {
  const reach = { address: { host: '127.0.0.1', port } };
  return { name: 'events', engine: 'mongodb', reach, database };
}

/** A bench on a FerretDB of its own. */
export async function startMongodbBench(): Promise<EngineBench> {
  const server = await startFerretdb();
  const inDb = <T>(name: string, work: (db: Db) => Promise<T>) => withDb(server, name, work);
  return {
    engine: engine as unknown as Engine,
    site,
    names: { plain: 'melvin', other: 'elsewhere', hostile: ['a-b--', '1x', 'd'.repeat(60)] },
    entry: (source): ProtectEntry => entryAt(server.port, source),
    seed: (source, amount) => inDb(source, (db) => seed(db, amount)),
    change: (source) =>
      inDb(source, async (db) => {
        await db.collection('orders').updateOne({ _id: 7 as never }, { $set: { total: 8 } });
      }),
    remove: (place) =>
      inDb(place, async (db) => {
        await db.dropDatabase();
      }),
    read: (place) => inDb(place, (db) => contentOf(db, (name) => name)),
    readKept: ({ into, keepSuffix }) =>
      inDb(into, (db) => contentOf(db, (name) => withoutSuffix(name, keepSuffix), keepSuffix)),
    hasBeside: ({ into, besideSuffix }) =>
      inDb(into, async (db) => (await namesIn(db)).some((name) => name.endsWith(besideSuffix))),
    deaths: [
      {
        title: 'server killed',
        accepted: ['ServiceUnavailable'],
        strike: () => server.kill9(),
        revive: () => server.restart(),
      },
      {
        title: 'database dropped',
        accepted: ['CommandFailed'],
        strike: (source) =>
          inDb(source, async (db) => {
            await db.dropDatabase();
          }),
        revive: () => Promise.resolve(),
      },
    ],
    halfSwaps: [1, 2, 3, 4, 5].map((renames) => halfSwap(server, renames)),
    leftovers,
    stop: () => server.stop(),
  };
}

export async function withDb<T>(
  server: { readonly url: string },
  name: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(server.url, { ignoreUndefined: false });
  try {
    return await work(client.db(name));
  } finally {
    await client.close();
  }
}

/** A swap (or its undoing) whose connection is cut after so many renames. */
export function halfSwap(
  server: { readonly port: number },
  renames: number,
  step: 'swap' | 'swapBack' = 'swap',
): HalfSwap {
  return {
    title: `cut off after ${renames} renames`,
    perform: async (target) => {
      const proxy = await startCuttingProxy(server.port, 'renameCollection', renames);
      const entry = entryAt(proxy.port, target.into);
      const { part } = partOf(target);
      const attempt = newAttempt();
      const outcome = await engine[step]({ site, entry, part, target, attempt }).catch(() => 'cut');
      await proxy.close();
      if (outcome !== 'cut') throw new Error(`${step} had fewer than ${renames} renames`);
    },
  };
}

export function partOf(target: Pick<RestoreTarget, 'into'>) {
  const part = { name: 'events', entry: 'events', engine: 'mongodb', kind: 'database' } as const;
  return { part: { ...part, source: target.into } };
}

async function seed(db: Db, amount: 'nothing' | 'some' | 'much'): Promise<void> {
  await db.dropDatabase();
  await db.createCollection('empty');
  if (amount === 'nothing') return;
  const orders = Array.from({ length: 500 }, (_, id) => ({
    _id: id as never,
    total: 7.5,
    item: `i${id}`,
  }));
  await db.collection('orders').insertMany(orders);
  await db.command({
    createIndexes: 'orders',
    indexes: [{ key: { item: 1, total: -1 }, name: 'i', unique: true }],
  });
  await db.createCollection('log', { capped: true, size: 1_048_576 });
  await db.collection('log').insertMany([{ _id: 3 as never }, { _id: 1 as never }]);
  if (amount === 'some') {
    for (const name of HOSTILE_COLLECTIONS) await db.collection(name).insertOne({ name });
    return;
  }
  for (const name of ['much1', 'much2', 'much3']) {
    const text = 'x'.repeat(100_000);
    for (let batch = 0; batch < 5; batch += 1) {
      await db.collection(name).insertMany(Array.from({ length: 30 }, () => ({ text })));
    }
  }
}

/** All collections with documents and indexes; by default those that no restore put there. */
export async function contentOf(
  db: Db,
  rename: (name: string) => string,
  onlySuffix?: string,
): Promise<string | undefined> {
  const isShown = (name: string): boolean =>
    onlySuffix === undefined
      ? !JOURNAL.test(name) && !/_(restoring|before)_\d+$/.test(name)
      : name.endsWith(onlySuffix);
  const names = (await namesIn(db)).filter(isShown).sort();
  if (names.length === 0) return undefined;
  const lines: string[] = [];
  for (const name of names) {
    const documents = await db.collection(name).find({}, { raw: true }).toArray();
    const hex = (documents as unknown as Buffer[]).map((raw) => raw.toString('hex')).sort();
    const indexes = await db.collection(name).listIndexes().toArray();
    lines.push(JSON.stringify([rename(name), BSON.EJSON.stringify(indexes), hex]));
  }
  return lines.sort().join('\n');
}

export async function namesIn(db: Db): Promise<string[]> {
  return (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
}

function withoutSuffix(name: string, suffix: string): string {
  return name.slice(0, -suffix.length);
}

/** Spool files that are still open have no name, but a descriptor. */
async function leftovers(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return targets.filter((target) => target.includes('pawl-spool-'));
}
