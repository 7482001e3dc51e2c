import { BSON, type Db, type Document } from 'mongodb';
import { TYPED } from './catalogue';

/** An index as the server defines it, without what belongs to the server's version. */
export interface Index {
  readonly name: string;
  readonly definition: Document;
}

export interface Indexes {
  readonly usable: readonly Index[];
  readonly notes: readonly string[];
}

/** Not part of what an index is: the format's version, and words that servers dropped since. */
const VERSION_FIELDS: ReadonlySet<string> = new Set(['v', 'ns', 'background']);

/** Reads all indexes but those that come with the collection itself (`_id_`, clustered), sorted by name. */
export async function readIndexes(db: Db, collection: string): Promise<Indexes> {
  const raws = await db.collection(collection).listIndexes({ raw: true }).toArray();
  const usable: Index[] = [];
  const notes: string[] = [];
  for (const raw of raws as unknown as Buffer[]) {
    const document = BSON.deserialize(raw, TYPED);
    const name = document['name'] as string;
    if (name === '_id_' || document['clustered'] !== undefined) continue;
    if (keepsKeyOrder(raw, document)) usable.push({ name, definition: withoutVersion(document) });
    else notes.push(noteOnOrder(collection, name, raw));
  }
  usable.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { usable, notes };
}

/** What of an index is the same on every server. */
export function withoutVersion(document: Document): Document {
  return Object.fromEntries(
    Object.entries(document).filter(([field]) => !VERSION_FIELDS.has(field)),
  );
}

/** JavaScript's objects put fields named like whole numbers first, and an index with other field order is another. */
function keepsKeyOrder(raw: Uint8Array, document: Document): boolean {
  return keyFields(raw).join('\0') === Object.keys(document['key'] as Document).join('\0');
}

function keyFields(raw: Uint8Array): string[] {
  for (const [, nameOffset, nameLength, offset] of BSON.onDemand.parseToElements(raw)) {
    if (text(raw, nameOffset, nameLength) !== 'key') continue;
    const key = [...BSON.onDemand.parseToElements(raw, offset)];
    return key.map(([, start, length]) => text(raw, start, length));
  }
  return [];
}

function text(raw: Uint8Array, offset: number, length: number): string {
  return Buffer.from(raw.buffer, raw.byteOffset + offset, length).toString();
}

function noteOnOrder(collection: string, name: string, raw: Uint8Array): string {
  return (
    `index ${JSON.stringify(name)} of ${JSON.stringify(collection)} is not covered: the order of its fields ` +
    `(${keyFields(raw)
      .map((field) => JSON.stringify(field))
      .join(', ')}) cannot be kept; create it by hand after a restore`
  );
}
