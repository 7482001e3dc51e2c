import { BSON, type Document } from 'mongodb';
import { AdapterError } from '../../../ports/adapter-error';
import type { Covered } from './catalogue';
import { type Index, withoutVersion } from './indexes';

/** What a `<collection>.metadata.json` says. */
export interface Metadata {
  readonly covered: Covered;
  readonly indexes: readonly Index[];
}

/** The index that every collection has; mongodump lists it, and mongorestore expects it. */
const ID_INDEX = { key: { _id: new BSON.Int32(1) }, name: '_id_' };

/**
 * Writes a collection's definition as mongodump does: canonical extended JSON.
 * Source: mongo-tools `mongodump/metadata_dump.go`
 */
export function writeMetadata({ covered, indexes }: Metadata): Buffer {
  const definitions =
    covered.type === 'view'
      ? []
      : [ID_INDEX, ...indexes.map(({ definition }) => definition)].map((index) => ({
          v: new BSON.Int32(2),
          ...index,
        }));
  const document = {
    options: covered.options,
    indexes: definitions,
    ...(covered.uuid === undefined ? {} : { uuid: covered.uuid }),
    collectionName: covered.name,
    type: covered.type,
  };
  return Buffer.from(BSON.EJSON.stringify(document, { relaxed: false }));
}

/** Throws: CommandFailed when it is not a collection's metadata. */
export function readMetadata(file: string, text: string): Metadata {
  const document = parse(file, text);
  const name: unknown = document['collectionName'];
  if (typeof name !== 'string') {
    throw new AdapterError('CommandFailed', `${file} in the dump names no collection`);
  }
  const definitions = (document['indexes'] ?? []) as Document[];
  return {
    covered: {
      name,
      type: document['type'] === 'view' ? 'view' : 'collection',
      options: (document['options'] ?? {}) as Document,
    },
    indexes: definitions
      .filter((index) => index['name'] !== '_id_')
      .map((index) => ({ name: String(index['name']), definition: withoutVersion(index) })),
  };
}

function parse(file: string, text: string): Document {
  try {
    return BSON.EJSON.parse(text, { relaxed: false }) as Document;
  } catch (error) {
    throw new AdapterError(
      'CommandFailed',
      `${file} in the dump is not extended JSON`,
      {},
      { cause: error },
    );
  }
}
