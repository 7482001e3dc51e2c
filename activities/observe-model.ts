import { isDeepStrictEqual } from 'node:util';
import type { StackDescription } from '../workflows/model/stack';
import type { ComposeProjectModel } from '../workflows/plan/release/compose-model';
import type { ObservedService } from '../workflows/plan/release/observed-release';
import { tellRefusal } from '../workflows/plan/release/refusals';
import {
  cannotBeCarried,
  renderRelease,
  whatCannotBeCarried,
} from '../workflows/plan/render-release';
import { AdapterError } from './adapter-error';
import { deployOf } from './deploy-of';
import type { Attempt, Site } from './ports';
import type { ReleasePorts } from './release-ports';

/**
 * The project as a release would carry it.
 * Throws: PreconditionFailed (what it cannot carry, each with its place in the files)
 */
export async function carriedModel(
  { compose }: ReleasePorts,
  site: Site,
  stack: StackDescription,
  attempt: Attempt,
): Promise<ComposeProjectModel> {
  const model = await compose.model(site, attempt);
  const refused = whatCannotBeCarried(model, deployOf(stack).services);
  if (refused.length === 0) return model;
  const told = refused.map(async (one) => tellRefusal(one, await compose.locate(site, one.path)));
  const { obstacle, advice } = cannotBeCarried(await Promise.all(told));
  throw new AdapterError('PreconditionFailed', obstacle, { advice });
}

/** Whatever the switch is made of but the folder, which is the same for ever, and is made by a release only. */
type SwitchDefinition = object | undefined;

/** Services whose switch in the current release's file is another than a release of this model would have. */
export async function changedSwitches(
  { releases }: ReleasePorts,
  stack: StackDescription,
  model: ComposeProjectModel,
  { switchImage, current }: { readonly switchImage: string; readonly current: number },
): Promise<readonly string[]> {
  const image = { reference: '', pinned: '', id: '' };
  const rendered = renderRelease({
    ...{ model, stack: stack.name, release: current, switchImage, switchFolder: () => '' },
    services: deployOf(stack).services.map((deployment) => ({ deployment, image })),
  });
  if ('obstacle' in rendered) return [];
  const stored = await storedModel(releases, stack.name, current);
  return deployOf(stack).services.flatMap(({ service }) =>
    isDeepStrictEqual(switchIn(rendered.model, service), switchIn(stored, service))
      ? []
      : [service],
  );
}

/** By service: the stored releases with another switch than the current one. */
export async function otherSwitches(
  { releases }: ReleasePorts,
  { stack, current, numbers }: Stored,
): Promise<(service: string) => Pick<ObservedService, 'otherSwitch'>> {
  const models = await Promise.all(
    numbers.map(async (number) => [number, await storedModel(releases, stack, number)] as const),
  );
  const now = models.find(([number]) => number === current)?.[1];
  return (service) => {
    const others = models.filter(
      ([, model]) => !isDeepStrictEqual(switchIn(model, service), switchIn(now ?? {}, service)),
    );
    return others.length === 0 ? {} : { otherSwitch: others.map(([number]) => number) };
  };
}

interface Stored {
  readonly stack: string;
  readonly current: number;
  readonly numbers: readonly number[];
}

async function storedModel(
  releases: ReleasePorts['releases'],
  stack: string,
  number: number,
): Promise<ComposeProjectModel> {
  return JSON.parse(await releases.readModel(stack, number)) as ComposeProjectModel;
}

function switchIn({ services = {} }: ComposeProjectModel, name: string): SwitchDefinition {
  if (!Object.hasOwn(services, name)) return undefined;
  const { volumes: _, ...definition } = services[name] ?? {};
  // As it comes out of a file: without keys that have no value.
  return JSON.parse(JSON.stringify(definition)) as object;
}
