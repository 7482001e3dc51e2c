import type { Db } from 'mongodb';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { readCatalogue } from './catalogue';
import type { Server } from './connect';
import { Journal, type ReplacedCollection, type RestoreRecord } from './journal';
import { discardBeside } from './database-beside';
import { rename } from './rename';
import { makeView } from './views';

/**
 * Undoes a swap, whole or half, and drops what was restored, with all that was written into it since.
 * Every restored collection goes back beside before anything is dropped: until then, a name beside means "not in place".
 */
export async function undoSwap(server: Server, target: RestoreTarget): Promise<void> {
  const db = server.client.db(target.into);
  const journal = new Journal(db, target);
  const record = await journal.read();
  if (record === undefined) return;
  if (record.state !== 'receiving' && record.state !== 'received') {
    await journal.set({ state: 'undoing' });
    await moveBack(server, db, target, record);
    await journal.set({ state: 'receiving', replaced: [], replacedViews: [] });
  }
  await discardBeside(server, target);
}

/** Drops what a swap kept. A swap that is half done still needs it. */
export async function discardKeptCollections(server: Server, target: RestoreTarget): Promise<void> {
  const db = server.client.db(target.into);
  const journal = new Journal(db, target);
  if ((await journal.read()) === undefined) return;
  const { replaced } = await journal.require('swapped');
  const { names } = await readCatalogue(db);
  for (const { keep } of replaced) if (names.has(keep)) await db.dropCollection(keep);
  await journal.close();
}

async function moveBack(
  server: Server,
  db: Db,
  target: RestoreTarget,
  record: RestoreRecord,
): Promise<void> {
  const types = new Map((await readCatalogue(db)).types);
  const move = async (from: string, to: string): Promise<void> => {
    await rename(server, target.into, from, to);
    types.delete(from);
    types.set(to, 'collection');
  };
  const clear = async (name: string): Promise<void> => {
    if (types.delete(name)) await db.dropCollection(name);
  };
  for (const { name, beside } of record.restored) {
    if (!types.has(beside) && types.get(name) === 'collection') await move(name, beside);
  }
  for (const { name, made } of record.views) {
    if (made === true && types.get(name) === 'view') await clear(name);
  }
  for (const { name, keep, isStray } of withStrays(record.replaced)) {
    if (!types.has(keep)) continue;
    // What has the name now was made by the application since the original was moved away.
    await clear(isStray ? keep : name);
    if (!isStray) await move(keep, name);
  }
  for (const view of record.replacedViews) {
    if (types.get(view.name) === 'view') continue;
    await clear(view.name);
    await makeView(db, view);
  }
}

/** The first of a name is the original; what the application made in its place during the swap came later. */
function withStrays(
  replaced: readonly ReplacedCollection[],
): (ReplacedCollection & { isStray: boolean })[] {
  const seen = new Set<string>();
  return replaced.map((collection) => {
    const isStray = seen.has(collection.name);
    seen.add(collection.name);
    return { ...collection, isStray };
  });
}
