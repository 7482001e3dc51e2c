import type { Follower } from '../../workflows/release/observed-release';
import { imageName } from '../containers/compose-service';
import type { ComposeFacts } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { isRunning } from '../containers/service-container';

/**
 * Services that share a namespace or volumes with a service, or with one that does, and whose containers run: they lose it
 * when its container is replaced.
 */
export async function observeFollowers(
  { services, images }: Pick<ReleasePorts, 'services' | 'images'>,
  site: Site,
  facts: ComposeFacts,
  service: string,
): Promise<{ readonly followers?: readonly Follower[] }> {
  const found = await Promise.all(
    tiedTo(facts, service).map(async (one) => {
      const containers = await services.containers(site, facts.project, one.name);
      if (!containers.some(isRunning)) return [];
      const id = await images.onHost(imageName(facts, one));
      return [{ service: one.name, hasImage: id !== undefined }];
    }),
  );
  const followers = found.flat();
  return followers.length === 0 ? {} : { followers };
}

function tiedTo({ services }: ComposeFacts, service: string): ComposeFacts['services'] {
  const names = new Set([service]);
  const tied: ComposeFacts['services'][number][] = [];
  for (const name of names) {
    for (const one of services) {
      if (names.has(one.name) || !one.sharesWith.includes(name)) continue;
      names.add(one.name);
      tied.push(one);
    }
  }
  return tied;
}
