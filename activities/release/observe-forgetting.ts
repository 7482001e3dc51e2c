import { dirname } from 'node:path';
import { hasSwitch, SLOTS, type Deployment } from '../../workflows/model/deployment';
import type { ReleaseList } from '../../workflows/model/release';
import type {
  ForgettableService,
  ObservedForgetting,
} from '../../workflows/release/observed-forgetting';
import { whatRuns } from '../../workflows/release/what-runs';
import { composeService, imageName } from '../containers/compose-service';
import { deployOf } from '../containers/deploy-of';
import { observeFollowers } from './observe-followers';
import { changedLines } from '../containers/observe-model';
import { observeUnwell } from './observe-unwell';
import type { Attempt } from '../ports/attempt';
import type { ComposeFacts } from '../ports/compose';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { seeService } from '../containers/see-service';

/**
 * Looks at what serves of each service of `deploy`, at what the Compose file says of it, and at what its image's name means
 * on this host. No registry is asked: plain Compose would not ask one either for what is here.
 * Shape:  { stack } → ObservedForgetting
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (Compose refuses the files, or has no such service) · ServiceUnavailable (the engine is away)
 */
export const observeForgetting =
  (ports: HostPorts) =>
  (input: StepInput): Promise<ObservedForgetting> =>
    runStep(ports, input, { phase: 'look at what serves' }, async (attempt, site) => {
      const { compose, releases, edges } = ports.release;
      const { stack } = input;
      const facts = await compose.facts(site, attempt);
      const stored = await releases.list(stack.name);
      const look = { ports: ports.release, site, facts, stored, attempt };
      const services = await Promise.all(
        deployOf(stack).services.map((deployment) => observeService(look, deployment)),
      );
      const model = await compose.model(site, attempt);
      const lines = await changedLines(ports.release, { stack, model, stored });
      return {
        ...{ project: facts.project, services, stored, lines: lines ?? [] },
        ...(await folderOf(releases, stack.name, stored)),
        edge: (await edges.current(stack.name)) !== undefined,
      };
    });

interface Look {
  readonly ports: ReleasePorts;
  readonly site: Site;
  readonly facts: ComposeFacts;
  readonly stored: ReleaseList;
  readonly attempt: Attempt;
}

async function observeService(
  { ports, site, facts, stored, attempt }: Look,
  deployment: Deployment,
): Promise<ForgettableService> {
  const { service } = deployment;
  const its = composeService(facts, service);
  const key = { stack: site.stack, project: facts.project, service };
  const seen = await seeService(ports, site, key, attempt);
  const { inPlace, serves, drifts, maintenance } = whatRuns(site.stack, stored, seen);
  const reference = imageName(facts, its);
  const id = await ports.images.onHost(reference);
  const released = stored.releases
    .find(({ number }) => number === stored.current)
    ?.services.find((one) => one.service === service)?.image;
  const unwell = await observeUnwell(ports, deployment, seen.own, attempt);
  const tied = hasSwitch(deployment) ? {} : await observeFollowers(ports, site, facts, service);
  return {
    ...{ service, inPlace, serves, drifts, replicas: its.replicas, ...tied },
    image: { reference, ...(id === undefined ? {} : { id }) },
    ...(released === undefined ? {} : { released }),
    published: its.ports.flatMap(({ published }) => published ?? []),
    left: SLOTS.filter((slot) => seen.slots[slot].length > 0),
    hasSwitchFile: seen.desired !== undefined,
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(unwell === undefined ? {} : { unwell }),
  };
}

/** Of all releases of the stack: each has a folder in it. */
async function folderOf(
  releases: ReleasePorts['releases'],
  stack: string,
  { current }: ReleaseList,
): Promise<Pick<ObservedForgetting, 'folder'>> {
  if (current === undefined) return {};
  return { folder: dirname(dirname(await releases.file(stack, current))) };
}
