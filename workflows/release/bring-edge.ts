import type { DeployPlan } from '../model/plans';
import { bringEdgeStep, removeEdgeStep } from './release-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import type { Placement } from './placement';
import { pullImage } from './pull-images';

export async function pullEdge(run: Run, { edge }: DeployPlan): Promise<void> {
  if (edge?.image !== undefined) await pullImage(run, 'pull-edge', edge.image, 'the edge');
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
  undo.push('edge-back', 'put the edge back as it was', (options) =>
    run.act.putEdgeBack.executeWithOptions(options, [on]),
  );
  const { image } = edge;
  if (image === undefined) {
    const { id, title } = removeEdgeStep();
    await run.step(id, title, (options) => run.act.removeEdge.executeWithOptions(options, [on]));
    return;
  }
  const { id, title } = bringEdgeStep();
  await run.step(
    id,
    title,
    (options) => run.act.bringEdge.executeWithOptions(options, [{ ...on, image: image.pinned }]),
    ({ gapSeconds }) =>
      gapSeconds === undefined
        ? {}
        : { detail: `at most ${gapSeconds.toFixed(1)} s without an answer` },
  );
}
