import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** A shorter payload is sealed as it is: packing takes longer than the rest. Temporal takes none above 2 MiB. */
const PACKED_FROM_BYTES = 64 * 1024;
const MOST_UNPACKED_BYTES = 64 * 1024 ** 2;

/** How a sealed payload calls itself, in Temporal's own field for that. */
const ENCODING = 'binary/sealed';
const PACKING = 'deflate-raw';

export interface Key {
  /** Told in each payload that is sealed with it; says nothing of the key. */
  readonly id: string;
  readonly bytes: Buffer;
}

export function keyOf(bytes: Buffer): Key {
  const id = createHash('sha256').update('pawl key id\0').update(bytes).digest('hex').slice(0, 16);
  return { id, bytes };
}

/** Why a payload could not be opened: goes on a sentence about what was refused. */
type Closed = { readonly closed: string };

/**
 * Seals a payload whole, with its own metadata.
 * Shape:  payload → payload of `iv | tag | ciphertext`; its metadata (encoding, key, packing, what it is for) is authenticated, not hidden
 */
export function sealPayload(payload: Payload, key: Key, purpose: string | undefined): Payload {
  const plain = temporal.api.common.v1.Payload.encode(payload).finish();
  const isPacked = plain.length >= PACKED_FROM_BYTES;
  const metadata = {
    encoding: Buffer.from(ENCODING),
    'pawl-key': Buffer.from(key.id),
    ...(purpose === undefined ? {} : { 'pawl-for': Buffer.from(purpose) }),
    ...(isPacked ? { 'pawl-packed': Buffer.from(PACKING) } : {}),
  };
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, iv).setAAD(authenticated(metadata));
  const content = isPacked ? deflateRawSync(plain, { level: constants.Z_BEST_SPEED }) : plain;
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  return { metadata, data: Buffer.concat([iv, cipher.getAuthTag(), sealed]) };
}

export function isSealed({ metadata }: Payload): boolean {
  return textOf(metadata?.['encoding']) === ENCODING;
}

/**
 * Opens what `sealPayload` made. A purpose is compared where both sides know one.
 * Throws: never, whatever it is given
 */
export function openPayload(
  payload: Payload,
  findKey: (id: string) => Key | undefined,
  purpose: string | undefined,
): Payload | Closed {
  if (!isSealed(payload)) return { closed: 'it is not sealed' };
  const metadata = payload.metadata ?? {};
  const id = textOf(metadata['pawl-key']) ?? '';
  const key = /^[0-9a-f]{16}$/.test(id) ? findKey(id) : undefined;
  if (key === undefined) return { closed: 'it is sealed with a key that is not in use here' };
  const opened = decipher(payload, key);
  if (opened === undefined) return { closed: 'it is damaged, or was tampered with' };
  const meant = textOf(metadata['pawl-for']);
  if (purpose !== undefined && meant !== undefined && purpose !== meant) {
    return { closed: 'it was sealed for something else' };
  }
  return opened;
}

function decipher({ metadata, data }: Payload, key: Key): Payload | undefined {
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  try {
    const open = createDecipheriv(CIPHER, key.bytes, iv, { authTagLength: TAG_BYTES });
    open.setAAD(authenticated(metadata ?? {})).setAuthTag(tag);
    const sealed = bytes.subarray(IV_BYTES + TAG_BYTES);
    const content = Buffer.concat([open.update(sealed), open.final()]);
    const isPacked = textOf(metadata?.['pawl-packed']) === PACKING;
    const plain = isPacked
      ? inflateRawSync(content, { maxOutputLength: MOST_UNPACKED_BYTES })
      : content;
    return temporal.api.common.v1.Payload.decode(plain);
  } catch {
    // GCM's only answer to bytes that are not those that were sealed; nothing is unpacked before.
    return undefined;
  }
}

/** Each name and value with its length, in the order of names: no two metadata are written alike. */
function authenticated(metadata: Readonly<Record<string, Uint8Array>>): Buffer {
  const fields = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = fields.flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(`${part.length}:`), part]));
}

function textOf(bytes: Uint8Array | null | undefined): string | undefined {
  return bytes ? Buffer.from(bytes).toString() : undefined;
}
