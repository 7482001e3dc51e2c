import type { EdgeChange } from '../../workflows/model/edge';
import type { StackDescription } from '../../workflows/model/stack';
import type { ComposeProjectModel } from '../../workflows/release/compose-model';
import type { ObservedEdge, ObservedImage } from '../../workflows/release/observed-release';
import { runningEdge, wantedEdge } from './edge-state';
import type { EdgeState, WantedEdge } from '../ports/edge';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

export interface EdgeQuestion {
  readonly stack: StackDescription;
  readonly project: string;
  readonly model: ComposeProjectModel;
  /** What an image's reference means now. */
  readonly resolve: (reference: string) => Promise<ObservedImage>;
}

/**
 * What a deploy would do to the edge. Undefined when it is as the stack file has it, or there is none in either.
 * Throws: as wantedEdge
 */
export async function observeEdge(
  ports: ReleasePorts,
  site: Site,
  { stack, project, model, resolve }: EdgeQuestion,
): Promise<ObservedEdge | undefined> {
  const current = await ports.edges.current(stack.name);
  const { edge } = stack;
  if (edge === undefined) return current === undefined ? undefined : { change: 'remove' };
  const image = await resolve(edge.image);
  const wanted = await wantedEdge(ports, site, { stack, model, edge, image: image.pinned });
  const runs = (await runningEdge(ports, site, project)) !== undefined;
  const change = runs ? changeTo(wanted, current) : 'make';
  return change === undefined ? undefined : { change, image };
}

function changeTo(
  wanted: WantedEdge,
  current: EdgeState | 'unsettled' | undefined,
): EdgeChange | undefined {
  if (current === undefined || current === 'unsettled') return 'make';
  if (current.compose !== wanted.compose) return 'renew';
  return readBy(current) === readBy(wanted) ? undefined : 'reload';
}

function readBy({ configuration, certificates }: WantedEdge): string {
  return JSON.stringify([configuration, certificates]);
}
