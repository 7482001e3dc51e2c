import { createHash, hash } from 'node:crypto';
import { BSON, type Document } from 'mongodb';
import type { ContentDigest } from '../../../workflows/model/recovery-point';
import type { Covered } from './catalogue';
import type { Index } from './indexes';

/** Sum, modulo 2^128, of the first 16 bytes of every document's SHA-256: any order, any number, 16 bytes of memory. */
export const DOCUMENTS_METHOD = 'mongodb:sum128(sha256(bson))/1';
export const DEFINITION_METHOD = 'mongodb:sha256(options,indexes)/1';

const WORD = 0x1_0000_0000;

/** Counts and digests documents as raw bytes. */
export class DocumentsDigest {
  private rows = 0;
  /** Least significant word first. */
  private readonly words = [0, 0, 0, 0];

  add(document: Uint8Array): void {
    const digest = hash('sha256', document, 'buffer');
    let carry = 0;
    for (let index = 0; index < 4; index += 1) {
      const sum = (this.words[index] ?? 0) + digest.readUInt32LE(index * 4) + carry;
      this.words[index] = sum % WORD;
      carry = sum >= WORD ? 1 : 0;
    }
    this.rows += 1;
  }

  result(collection: string): ContentDigest {
    const digest = [...this.words].reverse().map((word) => word.toString(16).padStart(8, '0'));
    return { name: collection, rows: this.rows, digest: digest.join(''), method: DOCUMENTS_METHOD };
  }
}

/**
 * Digest of what a collection or view is, apart from its documents. Its name is the collection's with `$metadata`, which
 * no collection's name can be: the server refuses `$`.
 */
export function definitionDigest(covered: Covered, indexes: readonly Index[]): ContentDigest {
  const definition = {
    type: covered.type,
    options: sorted(covered.options),
    indexes: indexes.map(({ definition }) => ({
      ...(sorted(definition) as Document),
      // The order of an index's fields is part of what it is.
      key: Object.entries(definition['key'] as Document),
    })),
  };
  const text = BSON.EJSON.stringify(definition, { relaxed: false });
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { name: `${covered.name}$metadata`, rows: 0, digest, method: DEFINITION_METHOD };
}

/** The server may give an option's fields in another order than they were set in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlain(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([field, inner]) => [field, sorted(inner)]));
}

function isPlain(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('_bsontype' in value) &&
    !(value instanceof Date)
  );
}
