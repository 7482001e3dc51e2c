import type { Readable } from 'node:stream';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../ports/adapter-error';
import { TarError } from './tar-header';
import { TreeDigest } from './tree-digest';

/**
 * Digests a tree that the repository writes as a tar, as `digest` does what was restored of it.
 * Throws: VerificationFailed (what comes out of it is no whole tar)
 */
export async function digestStored(stored: Readable): Promise<readonly ContentDigest[]> {
  const digest = new TreeDigest({ sorted: true, kind: 'tree', isNamed: true });
  try {
    for await (const chunk of stored) digest.reader.add(chunk as Buffer);
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new AdapterError('VerificationFailed', `What is stored is no tar: ${error.message}`);
  }
  if (digest.reader.complete) return [digest.result()];
  throw new AdapterError('VerificationFailed', 'What is stored has no end');
}
