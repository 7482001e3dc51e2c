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

export interface SwitchQuestion {
  readonly stack: StackDescription;
  /** The release that serves. */
  readonly current: number;
  /** Of all releases that are stored. */
  readonly numbers: readonly number[];
  /** Pinned. */
  readonly switchImage: string;
  /** Of what a release would be made; absent where none is to be. */
  readonly model: ComposeProjectModel | undefined;
}

/** By service: which releases would make its switch anew, the one of this model or one of those that are stored. */
export async function observeSwitches(
  { releases }: ReleasePorts,
  { stack, current, numbers, switchImage, model }: SwitchQuestion,
): Promise<(service: string) => Pick<ObservedService, 'renewsSwitch' | 'otherSwitch'>> {
  const stored = await Promise.all(
    numbers.map(
      async (number) => [number, await storedModel(releases, stack.name, number)] as const,
    ),
  );
  const now = stored.find(([number]) => number === current)?.[1] ?? {};
  const next = model && renderedModel(stack, model, switchImage);
  return (service) => {
    const isOther = (one: ComposeProjectModel): boolean =>
      !isDeepStrictEqual(switchIn(one, service), switchIn(now, service));
    const others = stored.filter(([, one]) => isOther(one)).map(([number]) => number);
    return {
      ...(next !== undefined && isOther(next) ? { renewsSwitch: true } : {}),
      ...(others.length === 0 ? {} : { otherSwitch: others }),
    };
  };
}

/** Nothing of a release's own, its number and its images, is in a switch. */
function renderedModel(
  stack: StackDescription,
  model: ComposeProjectModel,
  switchImage: string,
): ComposeProjectModel | undefined {
  const image = { reference: '', pinned: '', id: '' };
  const rendered = renderRelease({
    ...{ model, stack: stack.name, release: 0, switchImage, switchFolder: () => '' },
    services: deployOf(stack).services.map((deployment) => ({ deployment, image })),
  });
  return 'obstacle' in rendered ? undefined : rendered.model;
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
