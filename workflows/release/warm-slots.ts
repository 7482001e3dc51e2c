import {
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { warmWorkflowId } from '../messages';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import type { SwitchDeployment } from '../model/deployment';
import type { WarmSlot } from '../model/warm';
import { runActivities } from '../run/activities';
import { keyword } from '../run/keyword';
import type { Run } from '../run/runbook';
import { isSwitched, type Placement } from './placement';

/** Ends the workflow that would stop the old slots: from here on they are this run's. */
export async function takeWarmSlotsOver(run: Run): Promise<void> {
  const id = warmWorkflowId(run.stack.name);
  try {
    await getExternalWorkflowHandle(id).cancel();
  } catch (error) {
    if (isCancellation(error)) throw error;
    // None was started, or it has ended.
    return;
  }
  await runActivities().awaitRun.executeWithOptions({ summary: `wait for the end of ${id}` }, [
    { run: id },
  ]);
}

/** What the release replaced stays warm for as long as its service says. Returns the last time of all. */
export async function keepWarm(run: Run, placement: Placement): Promise<string | undefined> {
  const slots = replacedSlots(placement, ({ keepOldSeconds }) => keepOldSeconds);
  await startWarm(run, placement, slots);
  return slots
    .map(({ until }) => until)
    .sort()
    .at(-1);
}

/** What was replaced fits neither the schema nor the data any more: nobody goes forward to it as it runs. */
export async function coolAtOnce(run: Run, placement: Placement): Promise<void> {
  const slots = replacedSlots(placement, () => 0);
  await startWarm(run, placement, slots);
}

/** Outlives the run, which has done its part. */
async function startWarm(
  run: Run,
  placement: Placement,
  slots: readonly WarmSlot[],
): Promise<void> {
  if (slots.length === 0) return;
  await startChild('warm', {
    workflowId: warmWorkflowId(run.stack.name),
    taskQueue: WORKFLOW_TASK_QUEUE,
    args: [{ stack: run.stack, project: placement.project, slots }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    staticSummary: `what ${run.reference.id} keeps warm`,
    typedSearchAttributes: [
      keyword(SEARCH_ATTRIBUTES.stack, run.stack.name),
      keyword(SEARCH_ATTRIBUTES.host, run.stack.host),
    ],
  });
}

function replacedSlots(
  { services }: Placement,
  keepSeconds: (deployment: SwitchDeployment) => number,
): WarmSlot[] {
  return services.flatMap((placed) => {
    // What is rolled leaves nothing behind.
    if (!isSwitched(placed) || placed.rolls !== undefined) return [];
    if (placed.active === undefined || placed.before === undefined) return [];
    const { before } = placed;
    const { service } = placed.deployment;
    const until = new Date(Date.now() + keepSeconds(placed.deployment) * 1000).toISOString();
    return [{ service, slot: placed.active, release: before, until }];
  });
}
