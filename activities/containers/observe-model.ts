import { LABELS } from '../../workflows/model/labels';
import type { Release, ReleaseList } from '../../workflows/model/release';
import { releaseText } from '../../workflows/model/release-text';
import type { StackDescription } from '../../workflows/model/stack';
import type { ComposeProjectModel } from '../../workflows/release/compose-model';
import { tellRefusal } from '../../workflows/release/refusals';
import {
  cannotBeCarried,
  renderRelease,
  whatCannotBeCarried,
} from '../../workflows/release/render-release';
import { AdapterError } from '../ports/adapter-error';
import { compareModels } from './compare-models';
import { deployOf } from './deploy-of';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
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

export interface AnewQuestion {
  readonly stack: StackDescription;
  readonly project: string;
  /** As a release's file names them: switches that run, and where `images` are known slots and instances too. */
  readonly services: readonly string[];
  /** What a release would be rendered from; absent where one that is stored comes back. */
  readonly model: ComposeProjectModel | undefined;
  /** Pinned, by service of `deploy`: those whose switch or instance runs. Absent: of switches alone it is asked. */
  readonly images: Readonly<Record<string, string>>;
  /** Pinned. */
  readonly switchImage: string;
  /** The number that the rendered release has: by it, what runs of the current one is as it was. */
  readonly current: number;
  /** The stored release that comes back. */
  readonly target: Release | undefined;
}

/**
 * Which of these services a release would make anew. By Compose's own rule, for it is Compose that does it, and with the
 * current variables: a port that `.env` moves recreates a switch too.
 */
export async function madeAnew(
  { compose, services, releases, switches }: ReleasePorts,
  site: Site,
  question: AnewQuestion,
  attempt: Attempt,
): Promise<ReadonlySet<string>> {
  const { stack, project, model, target } = question;
  const released = target?.services.map(({ service }) => service) ?? [];
  const names = question.services.filter((name) => model !== undefined || released.includes(name));
  if (names.length === 0) return new Set();
  const release =
    model === undefined
      ? { file: await releases.file(stack.name, target?.number ?? 0) }
      : { text: await renderedModel(switches, { ...question, model }) };
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      containers: await services.containers(site, project, name),
    })),
  );
  // Another image is another definition: of these, Compose need not be asked.
  const others = found.filter(({ containers }) => hasOtherImage(containers, question));
  const same = found.filter((one) => !others.includes(one));
  const asked = same.map(({ name }) => name);
  const hashes = await compose.hashes({ site, release, services: asked, attempt });
  const changed = same.filter(({ name, containers }) =>
    containers.some(({ madeOf }) => madeOf !== hashes.get(name)),
  );
  return new Set([...others, ...changed].map(({ name }) => name));
}

/** By the label that each container of a release has: its definition's. */
function hasOtherImage(
  containers: readonly ServiceContainer[],
  { model, images }: Pick<AnewQuestion, 'model' | 'images'>,
): boolean {
  if (model === undefined) return false;
  return containers.some(({ labels }) => {
    const { [LABELS.service]: service = '', [LABELS.image]: image } = labels;
    return image !== undefined && Object.hasOwn(images, service) && image !== images[service];
  });
}

/** Only of services that run, whose switches' folders are there: a plan makes none. */
async function renderedModel(
  switches: ReleasePorts['switches'],
  {
    stack,
    model,
    images,
    switchImage,
    current,
  }: AnewQuestion & { readonly model: ComposeProjectModel },
): Promise<string> {
  const rendered = Object.entries(images).map(([service, pinned]) => {
    return { service, image: { reference: pinned, pinned, id: '' } };
  });
  const render = await releaseRenderer(switches, stack, { model, images: rendered, switchImage });
  return render(current);
}

interface ChangesQuestion {
  readonly stack: StackDescription;
  readonly model: ComposeProjectModel;
  readonly stored: ReleaseList;
}

/** So much of a difference is told in a plan, which stays in a run's history. */
const MOST_BYTES = 32 * 1024;

/** The lines of the Compose files that are different from the current release's. Undefined where there is none to compare. */
export async function changedLines(
  { releases }: ReleasePorts,
  { stack, model, stored }: ChangesQuestion,
): Promise<readonly string[] | undefined> {
  const current = stored.releases.find(({ number }) => number === stored.current);
  if (current === undefined || current.adopted) return undefined;
  const { services } = deployOf(stack);
  const image = { reference: '', pinned: '', id: '' };
  const rendered = renderRelease({
    ...{ model, stack: stack.name, release: current.number, switchImage: '' },
    services: services.map((deployment) => ({ deployment, image })),
    switchFolder: () => '',
  });
  // What cannot be carried was refused before.
  if ('obstacle' in rendered) return undefined;
  const old = await releases.readModel(stack.name, current.number);
  const only = services.map(({ service }) => service);
  return compareModels(old, releaseText(rendered.model), { only, mostBytes: MOST_BYTES });
}
