import { createHash } from 'node:crypto';

/** MongoDB manual, "Limits": a namespace has at most 255 bytes. */
const NAMESPACE_BYTES = 255;
/** FerretDB takes at most 235 characters for the collection alone. */
const COLLECTION_BYTES = 235;

/** A collection's name with a suffix, fitted to the server's limits; different names stay different. */
export function suffixedCollection(database: string, collection: string, suffix: string): string {
  const room = Math.min(COLLECTION_BYTES, NAMESPACE_BYTES - Buffer.byteLength(database) - 1);
  const whole = `${collection}${suffix}`;
  if (Buffer.byteLength(whole) <= room) return whole;
  const mark = `~${createHash('sha256').update(collection).digest('hex').slice(0, 16)}${suffix}`;
  let head = '';
  for (const character of collection) {
    if (Buffer.byteLength(head + character + mark) > room) break;
    head += character;
  }
  return head + mark;
}

/**
 * A collection's file name, without extension, as mongodump writes it: percent-encoded; what would be too long for a
 * file system is cut and told apart by its hash, and the metadata file has the whole name.
 * Source: mongo-tools `mongodump.go`, outputPath
 */
export function dumpFileStem(collection: string): string {
  const escaped = encodeURIComponent(collection);
  if (escaped.length <= 238) return escaped;
  const hash = createHash('sha1').update(collection).digest('base64url');
  return `${escaped.slice(0, 208)}%24${hash}`;
}
