import type { StackDescription } from '../../workflows/model/stack';
import { refuseLostVolumes } from '../../workflows/release/lost-volumes';
import { AdapterError } from '../ports/adapter-error';
import { deployOf } from '../containers/deploy-of';
import { observeVolumes } from './observe-volumes';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

interface Asked {
  readonly stack: StackDescription;
  readonly images: readonly {
    readonly service: string;
    readonly image: { readonly pinned: string };
  }[];
}

/**
 * Looks once more at volumes without a name, now that the images are here: not every registry tells of them before.
 * Throws: PreconditionFailed (the release would lose what is in one)
 */
export async function requireKeptVolumes(
  ports: ReleasePorts,
  site: Site,
  { stack, images }: Asked,
  attempt: Attempt,
): Promise<void> {
  const declared = images.map(({ image }) => ports.images.declaredVolumes(image.pinned, attempt));
  if ((await Promise.all(declared)).every((paths = []) => paths.length === 0)) return;
  const facts = await ports.compose.facts(site, attempt);
  const { services: deployments } = deployOf(stack);
  const seen = images.flatMap(({ service, image: { pinned } }) => {
    const deployment = deployments.find((one) => one.service === service);
    if (deployment === undefined) return [];
    const question = { facts, deployment, pinned };
    return [
      observeVolumes(ports, site, question, attempt).then((volumes) => ({ service, volumes })),
    ];
  });
  const refused = refuseLostVolumes(await Promise.all(seen), deployments);
  if (refused === undefined) return;
  throw new AdapterError('PreconditionFailed', refused.obstacle, { advice: refused.advice });
}
