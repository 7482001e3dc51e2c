import type { DeployPlan } from '../model/plans';
import { edgeStep, pullEdgeStep } from './release-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import type { Placement } from './placement';
import { pullImage } from './pull-images';
import { gapDetail } from './steering';
import { EDGE_BACK } from './undo-steps';

export async function pullEdge(run: Run, { edge }: DeployPlan): Promise<void> {
  if (edge?.image !== undefined) await pullImage(run, pullEdgeStep(edge.image), edge.image);
}

/** Brings the edge to the sites of the stack file, behind which the switches serve now; or removes it with them. */
export async function bringEdge(
  run: Run,
  undo: Undo,
  { project }: Placement,
  { edge }: DeployPlan,
): Promise<void> {
  if (edge === undefined) return;
  const on = { stack: run.stack, run: run.reference, project };
  undo.push(EDGE_BACK, (options) => run.act.putEdgeBack.executeWithOptions(options, [on]));
  const { image } = edge;
  if (image === undefined) {
    await run.step(edgeStep('remove'), (options) =>
      run.act.removeEdge.executeWithOptions(options, [on]),
    );
    return;
  }
  await run.step(
    edgeStep('bring'),
    (options) => run.act.bringEdge.executeWithOptions(options, [{ ...on, image: image.pinned }]),
    { detail: gapDetail },
  );
}
