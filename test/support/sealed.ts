import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from '@temporalio/client';
import type { SecretResolver } from '../../activities/ports/secret-resolver';
import { sealedClientOptions } from '../../sealing/client-options';
import { SealingCodec } from '../../sealing/codec';
import { keyRing, type KeyRing } from '../../sealing/key-ring';
import { KEY_BYTES, keyOf } from '../../sealing/seal-payload';
import { sealedWorkerOptions, type Sealing } from '../../worker/sealed-worker-options';

const BYTES = Buffer.alloc(KEY_BYTES, 'a key of the tests');

/** Of activities that meet none. */
export const NO_SECRETS: SecretResolver = {
  resolve: () => Promise.reject(new Error('unused')),
  learn: () => undefined,
  redact: (text) => text,
};

/** The one key that all tests seal with. */
const TEST_KEYS: KeyRing = keyRing([{ ...keyOf(BYTES), sealsFrom: 0 }]);

export const TEST_CODEC = new SealingCodec(TEST_KEYS);

export const TEST_SEALING: Sealing = { keys: TEST_KEYS, acceptUnsealed: false };

/** For every client of Temporal in a test. */
export function sealedClient(): Pick<ClientOptions, 'dataConverter' | 'interceptors'> {
  return sealedClientOptions(TEST_KEYS);
}

/** For every worker in a test. */
export function sealedWorker(acceptUnsealed = false) {
  return sealedWorkerOptions({ keys: TEST_KEYS, acceptUnsealed });
}

/** The key as a file, for processes: value of PAWL_KEY_FILE. Made once in each process of tests. */
export function testKeyFile(): string {
  file ??= join(mkdtempSync(join(tmpdir(), 'pawl-test-key-')), 'pawl.key');
  writeFileSync(file, `${BYTES.toString('base64')}\n`, { mode: 0o600 });
  return file;
}
let file: string | undefined;
