import type { RepositoryDescription, StackDescription } from '../../workflows/model/stack';
import type { Ports } from '../ports/host-ports';
import type { Repository } from '../ports/repository';
import type { Site } from '../ports/site';
import { requireCopy } from './of-copy';

/**
 * The repository that recovery points are read from: the stack's own, or the copy that whoever asks has named.
 * Throws: PreconditionFailed (the stack has no copy of this name)
 */
export function openToRead(
  { openRepository }: Pick<Ports, 'openRepository'>,
  site: Site,
  stack: StackDescription,
): Repository {
  return openRepository(site, repositoryToRead(stack));
}

/** Throws: PreconditionFailed (the stack has no copy of this name) */
export function repositoryToRead(stack: StackDescription): RepositoryDescription {
  const { repository, readFrom } = stack;
  return readFrom === undefined ? repository : requireCopy(stack, readFrom);
}
