import type { Release } from '../workflows/model/release';
import type { StackDescription } from '../workflows/model/stack';
import type { ComposeProjectModel } from '../workflows/plan/release/compose-model';
import { tellRefusal } from '../workflows/plan/release/refusals';
import { cannotBeCarried, whatCannotBeCarried } from '../workflows/plan/render-release';
import { AdapterError } from './adapter-error';
import { deployOf } from './deploy-of';
import type { Attempt, Site } from './ports';
import type { ReleasePorts } from './release-ports';
import { releaseRenderer } from './release-renderer';

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

export interface SwitchQuestion {
  readonly stack: StackDescription;
  readonly project: string;
  /** Services whose switch runs. */
  readonly services: readonly string[];
  /** What a release would be rendered from; absent where one that is stored comes back. */
  readonly model: ComposeProjectModel | undefined;
  /** Pinned. */
  readonly switchImage: string;
  /** The stored release that comes back. */
  readonly target: Release | undefined;
}

/**
 * The services whose switch a release would make anew. By Compose's own rule, for it is Compose that does it, and with the
 * variables of now: a port that `.env` moves makes it anew too.
 */
export async function switchesMadeAnew(
  { compose, services, releases, switches }: ReleasePorts,
  site: Site,
  { stack, project, model, switchImage, target, ...asked }: SwitchQuestion,
  attempt: Attempt,
): Promise<ReadonlySet<string>> {
  const released = target?.services.map(({ service }) => service) ?? [];
  const names = asked.services.filter((name) => model !== undefined || released.includes(name));
  if (names.length === 0) return new Set();
  const release =
    model === undefined
      ? { file: await releases.file(stack.name, target?.number ?? 0) }
      : { text: await renderedModel(switches, { stack, model, switchImage }, names) };
  const hashes = await compose.hashes(site, release, names, attempt);
  const anew = names.map(async (name) => {
    const containers = await services.containers(site, project, name);
    return containers.some(({ madeOf }) => madeOf !== hashes.get(name)) ? [name] : [];
  });
  return new Set((await Promise.all(anew)).flat());
}

/**
 * The switches as they would be prepared: nothing of a release's own, its number and its images, is in them. Only of those
 * that run, whose folders are there: a plan makes none.
 */
async function renderedModel(
  switches: ReleasePorts['switches'],
  {
    stack,
    model,
    switchImage,
  }: Pick<SwitchQuestion, 'stack' | 'switchImage'> & { readonly model: ComposeProjectModel },
  names: readonly string[],
): Promise<string> {
  const image = { reference: switchImage, pinned: switchImage, id: '' };
  const images = names.map((service) => ({ service, image }));
  const render = await releaseRenderer(switches, stack, { model, images, switchImage });
  return render(0);
}
