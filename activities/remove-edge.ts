import { EDGE_SERVICE } from '../workflows/model/edge';
import type { RunReference } from '../workflows/model/run';
import type { Attempt, Site } from './ports';
import type { HostPorts, ReleasePorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface RemoveEdgeInput extends StepInput {
  readonly run: RunReference;
}

/**
 * Removes the edge; the volume with its certificates stays.
 * Shape:  { stack, run } → nothing
 * Retry:  safe; does nothing when it is gone
 */
export const removeEdge =
  (ports: HostPorts) =>
  (input: RemoveEdgeInput): Promise<void> =>
    runStep(ports, input, { phase: 'remove the edge' }, async (attempt, site) => {
      await ports.release.edges.begin({ stack: input.stack.name, runKey: input.run.key });
      await removeEdgeNow(ports.release, site, attempt);
    });

export async function removeEdgeNow(
  { compose, edges }: ReleasePorts,
  site: Site,
  attempt: Attempt,
): Promise<void> {
  const file = await edges.file(site.stack);
  if (file === undefined) return;
  await compose.remove(site, file, [EDGE_SERVICE], attempt);
  await edges.drop(site.stack);
}
