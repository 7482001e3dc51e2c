import type { Db } from 'mongodb';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import { readCatalogue } from './catalogue';
import type { Server } from './connect';
import { Journal, type ReplacedCollection, type RestoreRecord } from './journal';
import { discardPlace } from './place-beside';
import { rename } from './rename';

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
    await journal.set({ state: 'receiving', replaced: [] });
  }
  await discardPlace(server, target);
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
  const names = new Set((await readCatalogue(db)).names);
  const move = async (from: string, to: string): Promise<void> => {
    await rename(server, target.into, from, to);
    names.delete(from);
    names.add(to);
  };
  for (const { name, beside } of record.restored) {
    if (!names.has(beside) && names.has(name)) await move(name, beside);
  }
  for (const { name, made } of record.views) {
    if (made === true && names.has(name)) await db.dropCollection(name);
  }
  for (const { name, keep, isStray } of withStrays(record.replaced)) {
    if (!names.has(keep)) continue;
    if (isStray) {
      await db.dropCollection(keep);
      continue;
    }
    // Made by the application since the original was moved away.
    if (names.has(name)) await db.dropCollection(name);
    await move(keep, name);
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
