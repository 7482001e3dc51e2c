import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { poly1305 } from '@noble/ciphers/_poly1305';

/** The least that restic accepts. Its own choice takes half a second of CPU, once in each of the suites' thousands of calls. */
const DERIVATION = { N: 2, r: 1, p: 1 };

const ENCRYPTION_KEY_LENGTH = 32;
const AUTHENTICATION_KEY_LENGTH = 16;

interface Key {
  readonly encrypt: Buffer;
  readonly mac: { readonly k: Buffer; readonly r: Buffer };
}

/**
 * Creates what `restic init` creates, with a password that is as quick to try as it would be to guess.
 * Source: restic's design document, "Repository Format" and "Keys, Encryption and MAC"
 */
export async function createQuickRepository(folder: string, password: string): Promise<void> {
  const master = toKey(randomBytes(ENCRYPTION_KEY_LENGTH + 2 * AUTHENTICATION_KEY_LENGTH));
  const config = {
    version: 2,
    id: randomBytes(32).toString('hex'),
    chunker_polynomial: '25b468838dcb75',
  };
  const key = keyFile(master, password);
  const name = createHash('sha256').update(key).digest('hex');
  for (const kind of ['data', 'index', 'keys', 'locks', 'snapshots']) {
    await mkdir(join(folder, kind), { recursive: true });
  }
  await writeFile(join(folder, 'keys', name), key);
  await writeFile(join(folder, 'config'), seal(master, JSON.stringify(config)));
}

function keyFile(master: Key, password: string): string {
  const salt = randomBytes(64);
  const { N, r, p } = DERIVATION;
  const length = ENCRYPTION_KEY_LENGTH + 2 * AUTHENTICATION_KEY_LENGTH;
  const user = toKey(scryptSync(password, salt, length, { N, r, p }));
  const { encrypt, mac } = master;
  const data = JSON.stringify({
    mac: { k: mac.k.toString('base64'), r: mac.r.toString('base64') },
    encrypt: encrypt.toString('base64'),
  });
  return JSON.stringify({
    created: new Date().toISOString(),
    ...{ username: 'ops', hostname: 'host' },
    kdf: 'scrypt',
    ...DERIVATION,
    salt: salt.toString('base64'),
    data: seal(user, data).toString('base64'),
  });
}

function toKey(bytes: Buffer): Key {
  const k = bytes.subarray(
    ENCRYPTION_KEY_LENGTH,
    ENCRYPTION_KEY_LENGTH + AUTHENTICATION_KEY_LENGTH,
  );
  const r = bytes.subarray(ENCRYPTION_KEY_LENGTH + AUTHENTICATION_KEY_LENGTH);
  return { encrypt: bytes.subarray(0, ENCRYPTION_KEY_LENGTH), mac: { k, r } };
}

/** AES-256-CTR, then Poly1305-AES over the cipher text: nonce, cipher text, tag. */
function seal({ encrypt, mac }: Key, text: string): Buffer {
  const nonce = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', encrypt, nonce);
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  const once = createCipheriv('aes-128-ecb', mac.k, null).setAutoPadding(false).update(nonce);
  return Buffer.concat([nonce, sealed, poly1305(sealed, Buffer.concat([mac.r, once]))]);
}
