import type { RunReference } from '../../workflows/model/run';
import { putEdge } from './put-edge';
import type { HostPorts } from '../ports/host-ports';
import { removeEdgeNow } from './remove-edge';
import { runStep, type StepInput } from '../frame/run-step';

export interface PutEdgeBackInput extends StepInput {
  readonly run: RunReference;
  readonly project: string;
}

/**
 * Makes the edge what the run found: its former image, ports and sites, or none.
 * Shape:  { stack, run, project } → nothing
 * Retry:  safe; does nothing where the run did not come to the edge
 * Throws: as putEdge
 */
export const putEdgeBack =
  (ports: HostPorts) =>
  (input: PutEdgeBackInput): Promise<void> =>
    runStep(ports, input, { phase: 'put the edge back' }, async (attempt, site) => {
      const { stack, run, project } = input;
      const changer = { stack: stack.name, runKey: run.key };
      const former = await ports.release.edges.former(changer);
      if (former === undefined) return;
      await ports.release.edges.begin(changer);
      if (former === 'nothing') await removeEdgeNow(ports, site, project, attempt);
      else await putEdge(ports.release, site, { project, state: former }, attempt);
    });
