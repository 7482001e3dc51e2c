import { z } from 'zod';
import type { Release } from '../../../workflows/model/release';
import { AdapterError } from '../../ports/adapter-error';

const word = z.string().max(4096);

/** What every reader of a release relies on; what else there is, is as it was written. */
const releaseFile = z.looseObject({
  number: z.int().positive(),
  stack: word,
  releasedAt: word,
  run: word,
  runKey: word,
  requestedBy: word,
  pawlVersion: word,
  services: z.array(
    z.looseObject({
      service: word,
      strategy: word,
      image: z.looseObject({ reference: word, pinned: word, id: word }),
    }),
  ),
  stackHash: word,
  modelHash: word,
});

/**
 * Reads a `release.json`.
 * Throws: InternalError (it is none: files are written whole, so that somebody else has written it)
 */
export function parseRelease(text: string, file: string): Release {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(file, 'it is not JSON');
    throw error;
  }
  const result = releaseFile.safeParse(value);
  if (result.success) return result.data as unknown as Release;
  const [issue] = result.error.issues;
  throw unreadable(
    file,
    `${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'not as it should be'}`,
  );
}

function unreadable(file: string, reason: string): AdapterError {
  return new AdapterError('InternalError', `${file} is no release that can be read: ${reason}`, {
    advice: 'Put a good copy of the file in its place: each recovery point has one.',
  });
}
