import type { RunReference } from '../../workflows/model/run';
import { AdapterError } from '../ports/adapter-error';
import { forEarlierCaddy } from '../containers/caddy-configuration';
import { wantedEdge } from '../containers/edge-state';
import { oneOffName } from '../containers/run-one-off';
import type { Attempt } from '../ports/attempt';
import type { WantedEdge } from '../ports/edge';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { putEdge, type BroughtEdge } from './put-edge';
import { runStep, type StepInput } from '../frame/run-step';

export interface BringEdgeInput extends StepInput {
  readonly run: RunReference;
  readonly project: string;
  /** Pinned. */
  readonly image: string;
}

/**
 * Brings the edge to the sites of the stack file: makes it where there is none or another one, else lets it read its
 * changed configuration, without a restart. A Caddy of its own looks at everything before: until then nothing is changed.
 * Shape:  { stack, run, project, image } → { gapSeconds? }
 * Retry:  safe; what the run found is kept once, and what is as it should be is left alone
 * Throws: PreconditionFailed (certificate, port or name; Caddy refuses the configuration) · VerificationFailed (it never
 *         answers; the message has its last lines)
 */
export const bringEdge =
  (ports: HostPorts) =>
  (input: BringEdgeInput): Promise<BroughtEdge> =>
    runStep(ports, input, { phase: 'bring the edge' }, async (attempt, site) => {
      const { stack, run, image, project } = input;
      const { edge } = stack;
      if (edge === undefined) {
        throw new AdapterError('InternalError', `the stack file of ${stack.name} has no \`edge\``);
      }
      const model = await ports.release.compose.model(site, attempt);
      const wanted = await wantedEdge(ports.release, site, { stack, model, edge, image });
      const taken = await takenByCaddy(ports.release, site, run, wanted, attempt);
      await ports.release.edges.begin({ stack: stack.name, runKey: run.key });
      return putEdge(ports.release, site, { project, state: { ...wanted, taken } }, attempt);
    });

/** The configuration as a Caddy of the image takes it. */
async function takenByCaddy(
  { edges, caddy }: ReleasePorts,
  site: Site,
  run: RunReference,
  { compose, configuration }: WantedEdge,
  attempt: Attempt,
): Promise<string> {
  const container = oneOffName(site.stack, run, 'edge');
  for (const text of [configuration, forEarlierCaddy(configuration)]) {
    const file = await edges.offer(site.stack, compose, text);
    if ((await caddy.validate({ site, file, container, attempt })) === 'valid') return text;
  }
  const text = 'Caddy is too old for the edge, which needs 2.6 or later';
  throw new AdapterError('PreconditionFailed', text, { advice: 'Name another `edge.image`.' });
}
