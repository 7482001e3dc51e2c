import { releaseRepository, releaseOfTag } from '../../workflows/model/release-image';
import type { ReleaseList } from '../../workflows/model/release';
import type { StackDescription } from '../../workflows/model/stack';
import { deployOf } from '../containers/deploy-of';
import type { ReleasePorts } from '../ports/host-ports';

/**
 * Drops the names that images of the stack have for releases that are not kept: all but those stored, without `removed`.
 * An image that a container needs keeps its last one.
 */
export async function dropHeldImages(
  { images }: Pick<ReleasePorts, 'images'>,
  stack: StackDescription,
  { releases }: ReleaseList,
  removed: readonly number[] = [],
): Promise<void> {
  const numbers = releases.map(({ number }) => number);
  const kept = new Set(numbers.filter((number) => !removed.includes(number)));
  const released = releases.flatMap(({ services }) => services);
  const services = [...deployOf(stack).services, ...released].map(({ service }) => service);
  for (const service of new Set(services)) {
    await images.dropNames(releaseRepository(stack.name, service), (tag) => {
      const number = releaseOfTag(tag);
      return number === undefined || kept.has(number);
    });
  }
}
