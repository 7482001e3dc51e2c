import { releaseImage } from '../../workflows/model/release-image';
import type { ReleaseList } from '../../workflows/model/release';
import { planReleaseRetention } from '../../workflows/release/plan-retention';
import { imageName } from '../containers/compose-service';
import { deployOf } from '../containers/deploy-of';
import { dropHeldImages } from './drop-held-images';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';

/**
 * Removes old releases and the images that only they needed: no other stack, no container, no name and no Compose file of
 * the stack has them.
 * Shape:  { stack } → numbers of the removed ones
 * Retry:  safe; an image that something uses stays
 */
export const retainReleases =
  (ports: HostPorts) =>
  (input: StepInput): Promise<readonly number[]> =>
    runStep(ports, input, { phase: 'retain releases' }, async (attempt, site) => {
      const { releases, images } = ports.release;
      const stored = await releases.list(input.stack.name);
      const plan = planReleaseRetention(stored, deployOf(input.stack).release.keep);
      await tagKept(ports.release, stored, plan.remove);
      await dropHeldImages(ports.release, input.stack, stored, plan.remove);
      const needed = await imagesNeeded(ports.release, site, attempt);
      await images.removeUnused(plan.images.filter((id) => !needed.has(id)));
      // Last: an attempt that dies before finds them again, and their images with them.
      await releases.remove(input.stack.name, plan.remove);
      return plan.remove;
    });

/** Also of releases that an earlier version of pawl made. What is gone already, the plan of a rollback tells. */
async function tagKept(
  { images }: ReleasePorts,
  { releases }: ReleaseList,
  removed: readonly number[],
): Promise<void> {
  for (const { number, stack, services } of releases) {
    if (removed.includes(number)) continue;
    for (const { service, image } of services) {
      if ((await images.onHost(image.id)) === undefined) continue;
      await images.tag(image.id, releaseImage(stack, service, number));
    }
  }
}

async function imagesNeeded(
  { compose, images, releases }: ReleasePorts,
  site: Site,
  attempt: Attempt,
): Promise<ReadonlySet<string>> {
  const facts = await compose.facts(site, attempt);
  const named = facts.services.map((service) => images.onHost(imageName(facts, service)));
  const ids = (await Promise.all(named)).flatMap((id) => id ?? []);
  return new Set([...ids, ...(await releases.imagesOfOthers(site.stack))]);
}
