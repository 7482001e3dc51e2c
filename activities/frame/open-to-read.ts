import type { StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';
import type { Repository } from '../ports/repository';
import type { Site } from '../ports/site';

/**
 * The repository that recovery points are read from: the stack's own, or the copy that whoever asks has named.
 * Throws: PreconditionFailed (the stack has no copy of this name)
 */
export function openToRead(
  { openRepository }: Pick<Ports, 'openRepository'>,
  site: Site,
  { repository, copies = [], readFrom }: StackDescription,
): Repository {
  if (readFrom === undefined) return openRepository(site, repository);
  const copy = copies.find(({ name }) => name === readFrom);
  if (copy !== undefined) return openRepository(site, copy);
  throw new AdapterError('PreconditionFailed', `the stack has no copy called ${readFrom}`, {
    advice: '`copies` of the stack file names them.',
  });
}
