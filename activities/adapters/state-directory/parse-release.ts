import { z } from 'zod';
import { RELEASE_FORMAT } from '../../../workflows/model/release-text';
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
  refuseNewer(value, file);
  const result = releaseFile.safeParse(value);
  if (result.success) {
    const { schema: _, ...release } = result.data;
    return release as unknown as Release;
  }
  const [issue] = result.error.issues;
  throw unreadable(
    file,
    `${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'not as it should be'}`,
  );
}

/** Those of versions before 0.2.0 say nothing. */
function refuseNewer(value: unknown, file: string): void {
  const { schema, pawlVersion } = (value ?? {}) as {
    readonly schema?: unknown;
    readonly pawlVersion?: unknown;
  };
  const format = typeof schema === 'string' ? /^pawl\/release@(\d+)$/.exec(schema)?.[1] : undefined;
  if (format === undefined || Number(format) <= RELEASE_FORMAT) return;
  const by = typeof pawlVersion === 'string' ? ` (${pawlVersion.slice(0, 40)})` : '';
  throw new AdapterError(
    'PreconditionFailed',
    `${file} was written by a newer pawl${by}: its format is pawl/release@${format}, and this version reads ${RELEASE_FORMAT}`,
    { advice: 'Install that version of pawl, or a later one, on this host.' },
  );
}

function unreadable(file: string, reason: string): AdapterError {
  return new AdapterError('InternalError', `${file} is no release that can be read: ${reason}`, {
    advice: 'Put a good copy of the file in its place: each recovery point has one.',
  });
}
