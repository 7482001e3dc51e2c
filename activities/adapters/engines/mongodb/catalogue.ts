import { BSON, type Db, type Document } from 'mongodb';
import { hiddenNames, isJournal, type RestoreRecord } from './journal';

/** Keeps BSON's types: 1 and 1.0 are different index keys to the server, and the same number to JavaScript. */
export const TYPED = { promoteValues: false, bsonRegExp: true } as const;

/** A collection or view whose definition and content are in a recovery point. */
export interface Covered {
  readonly name: string;
  readonly type: 'collection' | 'view';
  readonly options: Document;
  /** Hexadecimal; absent for views. */
  readonly uuid?: string;
}

export interface Catalogue {
  readonly covered: readonly Covered[];
  /** What a recovery point does not hold, and why, in sentences. */
  readonly notes: readonly string[];
  /** Every name in the database, covered or not. */
  readonly names: ReadonlySet<string>;
  /** `collection`, `view` or `timeseries` of each name. */
  readonly types: ReadonlyMap<string, string>;
}

/** What is behind every MongoDB database of some features, and made anew by the server. */
const SERVER_MADE = /^system\.(views|profile|buckets\.|namespaces$|indexes$)/;

/**
 * Definitions with BSON's own types. Decoded here: told to keep types, the driver does so in errors too, and then knows no
 * error's code any more.
 */
export async function listTyped(db: Db): Promise<Document[]> {
  const raws = await db.listCollections({}, { raw: true }).toArray();
  return (raws as unknown as Buffer[]).map((raw) => BSON.deserialize(raw, TYPED));
}

/** Reads what there is in a database, sorted by name. Leaves out what restores have put or kept there. */
export async function readCatalogue(db: Db): Promise<Catalogue> {
  const listed = await listTyped(db);
  const types = new Map(listed.map((info) => [info['name'] as string, String(info['type'])]));
  const names = new Set(types.keys());
  const hidden = hiddenNames(await readRecords(db, names), names);
  const shown = listed.filter((info) => !hidden.has(info['name'] as string));
  const covered = shown
    .filter((info) => !String(info['name']).startsWith('system.') && info['type'] !== 'timeseries')
    .map(toCovered)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { covered, notes: [...notesOn(hidden), ...shown.flatMap(noteOn)], names, types };
}

async function readRecords(db: Db, names: ReadonlySet<string>): Promise<RestoreRecord[]> {
  const journals = [...names].filter(isJournal).map((name) => db.collection<RestoreRecord>(name));
  return (await Promise.all(journals.map((journal) => journal.find().toArray()))).flat();
}

function toCovered(info: Document): Covered {
  const uuid = (info['info'] as Document | undefined)?.['uuid'] as BSON.Binary | undefined;
  return {
    name: info['name'] as string,
    type: info['type'] === 'view' ? 'view' : 'collection',
    options: (info['options'] as Document | undefined) ?? {},
    ...(uuid === undefined ? {} : { uuid: Buffer.from(uuid.value()).toString('hex') }),
  };
}

function notesOn(hidden: ReadonlySet<string>): string[] {
  if (hidden.size === 0) return [];
  return [`left out: ${hidden.size} collections that restores have put or kept here`];
}

function noteOn(info: Document): string[] {
  const name = JSON.stringify(info['name']);
  const options = info['options'] as Document | undefined;
  if (info['type'] === 'timeseries') {
    return [
      `time series collection ${name} is not covered: it can be neither renamed nor read raw`,
    ];
  }
  if (info['type'] === 'view') {
    return [`view ${name}: its definition is covered`];
  }
  if (/^"system\./.test(name)) {
    return SERVER_MADE.test(String(info['name']))
      ? []
      : [`system collection ${name} is not covered`];
  }
  if (options?.['capped'] !== undefined) {
    return [`capped collection ${name}: restored in its natural order with the same bounds`];
  }
  return [];
}
