import type { Db, Document } from 'mongodb';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import { listTyped, readCatalogue } from './catalogue';
import type { Server } from './connect';
import { definitionDigest, DocumentsDigest } from './content-digest';
import { readIndexes } from './indexes';
import { isInPlace, Journal, type RestoredCollection } from './journal';
import { readRaw } from './read-raw';
import { viewOptions } from './views';

/**
 * Empties the place beside and opens the journal of this restore.
 * Throws: PreconditionFailed when collections that are not ours have names that this restore needs
 */
export async function prepareBeside(server: Server, target: RestoreTarget): Promise<void> {
  const db = server.client.db(target.into);
  const journal = new Journal(db, target);
  const record = await journal.read();
  if (record === undefined) await requireNamesFree(db, target);
  else await journal.require('receiving', 'received');
  // Before the record forgets what was built in its place.
  await dropBeside(db, target, record?.restored);
  await journal.open();
}

/** Drops what `preparePlace` and a dump have put beside; never anything that a swap has begun to use. */
export async function discardBeside(server: Server, target: RestoreTarget): Promise<void> {
  const db = server.client.db(target.into);
  const journal = new Journal(db, target);
  const record = await journal.read();
  if (record === undefined || record.state === 'swapped') return;
  const { restored } = await journal.require('receiving', 'received');
  await dropBeside(db, target, restored);
  await journal.close();
}

/** Reads back what was received. What is only to be made by the swap (views) is digested as it will be made. */
export async function digestBeside(
  server: Server,
  target: RestoreTarget,
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  const db = server.client.db(target.into);
  const { restored, views } = await new Journal(db, target).require('received');
  const listed = await listTyped(db);
  const found = new Map(listed.map((info) => [info['name'] as string, info]));
  const contents: ContentDigest[] = [];
  let bytes = 0;
  for (const collection of restored) {
    const options = found.get(collection.beside)?.['options'] as Document | undefined;
    const { usable } = await readIndexes(db, collection.beside);
    contents.push(
      definitionDigest(
        { name: collection.name, type: 'collection', options: options ?? {} },
        usable,
      ),
      await digestDocuments(db, collection, (length) => {
        bytes += length;
        attempt.onProgress(bytes);
      }),
    );
  }
  for (const view of views) {
    const { name } = view;
    contents.push(definitionDigest({ name, type: 'view', options: viewOptions(view) }, []));
  }
  return contents;
}

async function digestDocuments(
  db: Db,
  { name, beside }: RestoredCollection,
  onBytes: (bytes: number) => void,
): Promise<ContentDigest> {
  const digest = new DocumentsDigest();
  for await (const documents of readRaw(db, beside)) {
    for (const document of documents) digest.add(document);
    onBytes(documents.reduce((sum, document) => sum + document.length, 0));
  }
  return digest.result(name);
}

async function dropBeside(
  db: Db,
  { besideSuffix }: RestoreTarget,
  restored: readonly RestoredCollection[] = [],
): Promise<void> {
  const { names } = await readCatalogue(db);
  const inPlace = new Set(restored.filter(isInPlace).map(({ name }) => name));
  for (const name of names) {
    if (name.endsWith(besideSuffix) || inPlace.has(name)) await db.dropCollection(name);
  }
}

async function requireNamesFree(db: Db, target: RestoreTarget): Promise<void> {
  const { names } = await readCatalogue(db);
  const { besideSuffix, keepSuffix, into } = target;
  const taken = [...names].find((name) => name.endsWith(besideSuffix) || name.endsWith(keepSuffix));
  if (taken === undefined) return;
  throw new AdapterError(
    'PreconditionFailed',
    `database ${JSON.stringify(into)} has a collection ${JSON.stringify(taken)} that this restore did not make and whose ` +
      'name it needs; nothing was changed',
    { advice: 'Rename or drop that collection.' },
  );
}
