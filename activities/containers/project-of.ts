import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

/**
 * Compose's name of the stack's project: the current release's, which needs no look at the current Compose files; theirs
 * where there is no release.
 * Throws: PreconditionFailed (no release, and Compose refuses the files)
 */
export async function projectOf(
  { releases, compose }: Pick<ReleasePorts, 'releases' | 'compose'>,
  site: Site,
  attempt: Attempt,
): Promise<string> {
  if (site.compose?.project !== undefined) return site.compose.project;
  const { current } = await releases.list(site.stack);
  const model = current === undefined ? '{}' : await releases.readModel(site.stack, current);
  const { name } = JSON.parse(model) as { readonly name?: string };
  return name ?? (await compose.facts(site, attempt)).project;
}
