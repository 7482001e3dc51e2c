import { EDGE_SERVICE } from '../../workflows/model/edge';
import type { Serving } from '../../workflows/model/serving';
import type { StackDescription } from '../../workflows/model/stack';
import { edgeDrift } from '../../workflows/release/drifts';
import { whatRuns } from '../../workflows/release/what-runs';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { projectOf } from './project-of';
import { runStep, type StepInput } from '../frame/run-step';
import { seeService } from './see-service';

/**
 * What should run of a stack by its current release, and what does.
 * Shape:  { stack } → a state for each service of `deploy`, in their order, and what is wrong with the edge
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (a switch's file is not pawl's) · ServiceUnavailable (the engine is away)
 */
export const observeServing =
  (ports: HostPorts) =>
  (input: StepInput): Promise<Serving> =>
    runStep(ports, input, { phase: 'observe what serves' }, (attempt, site) =>
      servingOf(ports.release, site, input.stack, attempt),
    );

/** As the activity. */
export async function servingOf(
  ports: ReleasePorts,
  site: Site,
  stack: StackDescription,
  attempt: Attempt,
): Promise<Serving> {
  const deployments = stack.deploy?.services ?? [];
  if (deployments.length === 0) return { services: [] };
  const [project, stored] = [
    await projectOf(ports, site, attempt),
    await ports.releases.list(stack.name),
  ];
  const services = await Promise.all(
    deployments.map(async ({ service }) => {
      const key = { stack: stack.name, project, service };
      const seen = await seeService(ports, site, key, attempt);
      return whatRuns(stack.name, stored, seen);
    }),
  );
  const edge = await edgeOf(ports, site, stack, project);
  return { services, ...(edge === undefined ? {} : { edge }) };
}

async function edgeOf(
  { edges, services }: ReleasePorts,
  site: Site,
  stack: StackDescription,
  project: string,
) {
  if (stack.edge === undefined) return undefined;
  // One that was never brought is missed by nobody.
  if ((await edges.current(stack.name)) === undefined) return undefined;
  return edgeDrift(await services.containers(site, project, EDGE_SERVICE));
}
