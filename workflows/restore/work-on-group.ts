import { executeChild } from '@temporalio/workflow';
import { partsWorkflowId } from '../messages';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import type { StepCall, StepName } from '../run/steps';
import {
  discardCall,
  swapBackCall,
  workOnParts,
  type PartFrame,
  type PartItem,
  type PartOutputs,
  type PartWork,
} from './part-work';
import type { PartsInput } from './parts.workflow';
import type { PartGroup } from './plan-groups';

type Call<Work extends PartWork> = StepCall<readonly PartOutputs[Work][]>;

/**
 * Works on a group of parts: on its only one in the run's own history, on many in that of a child workflow, which is one step
 * of the run.
 */
export async function workOnGroup<Work extends PartWork>(
  frame: PartFrame,
  work: Work,
  group: PartGroup<PartItem>,
  step: StepName,
): Promise<readonly PartOutputs[Work][]> {
  if (group.only !== undefined) return workOnParts(frame, work, group.parts);
  return frame.step(step, inChild(frame, work, group), {
    detail: (outputs) => {
      const bytes = outputs.reduce((sum, output) => sum + bytesOf(output), 0);
      return bytes === 0 ? {} : { bytes };
    },
  });
}

/** The same for what is pushed to be undone: its step is taken by whoever undoes. */
export function undoingGroup(
  frame: PartFrame,
  work: 'swapBack' | 'discard',
  group: PartGroup<PartItem>,
): StepCall<unknown> {
  if (group.only === undefined) return inChild(frame, work, group);
  return work === 'swapBack' ? swapBackCall(frame, group.only) : discardCall(frame, group.only);
}

function inChild<Work extends PartWork>(
  { stack, reference: run, pointId }: PartFrame,
  work: Work,
  { parts: items, name }: PartGroup<PartItem>,
): Call<Work> {
  const input: PartsInput = { stack, run, pointId, work, items };
  return async ({ summary }) =>
    (await executeChild('parts', {
      workflowId: partsWorkflowId(run.id, work, name),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
      ...(summary === undefined ? {} : { staticSummary: summary }),
    })) as readonly PartOutputs[Work][];
}

function bytesOf(output: PartOutputs[PartWork]): number {
  return output !== undefined && 'proved' in output ? output.bytes : 0;
}
