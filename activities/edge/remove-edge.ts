import { EDGE_SERVICE } from '../../workflows/model/edge';
import type { RunReference } from '../../workflows/model/run';
import type { Attempt } from '../ports/attempt';
import type { HostPorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { retireAll } from '../containers/retire-all';
import { isEdge } from '../containers/service-container';
import { runStep, type StepInput } from '../frame/run-step';

export interface RemoveEdgeInput extends StepInput {
  readonly run: RunReference;
  readonly project: string;
}

/**
 * Removes the edge; the volume with its certificates stays.
 * Shape:  { stack, run, project } → nothing
 * Retry:  safe; does nothing when it is gone
 */
export const removeEdge =
  (ports: HostPorts) =>
  (input: RemoveEdgeInput): Promise<void> =>
    runStep(ports, input, { phase: 'remove the edge' }, async (attempt, site) => {
      await ports.release.edges.begin({ stack: input.stack.name, runKey: input.run.key });
      await removeEdgeNow(ports, site, input.project, attempt);
    });

export async function removeEdgeNow(
  ports: HostPorts,
  site: Site,
  project: string,
  attempt: Attempt,
): Promise<void> {
  const { edges, services } = ports.release;
  const file = await edges.file(site.stack);
  if (file === undefined) return;
  const found = await services.containers(site, project, EDGE_SERVICE);
  // The project may have a service of the name by now, which is nobody's to remove.
  if (found.every(isEdge)) await retireAll(ports, site, EDGE_SERVICE, found, attempt);
  await edges.drop(site.stack);
}
