import { CATALOGUE } from '../../workflows/catalogue';
import type { Client } from '@temporalio/client';
import { progress } from '../../workflows/messages';
import { type RunProgress } from '../../workflows/model/run';

const RUNBOOKS = CATALOGUE.map(({ name }) => `'${name}'`);

/**
 * Every run that is over, however it ended: no step waits any more, and those that began stand in the order of time. Of one
 * that is done, every planned step was taken, but for those that are skipped by a person's word.
 */
export async function expectNothingLeftWaiting(client: Client, seen: Set<string>): Promise<void> {
  const query = `WorkflowType IN (${RUNBOOKS.join(', ')}) AND ExecutionStatus IN ('Completed', 'Failed', 'Canceled')`;
  for await (const { workflowId, runId, status } of client.workflow.list({ query })) {
    if (seen.has(runId)) continue;
    seen.add(runId);
    const handle = client.workflow.getHandle(workflowId, runId);
    const isDone = status.name === 'COMPLETED';
    const outcome = isDone ? ((await handle.result()) as { readonly state: string }) : undefined;
    // Only asked for its plan: all of it is still to come.
    if (outcome?.state !== 'planned') expectSettled(await handle.query(progress), isDone);
  }
}

/** Throws with the whole page, for a person to see which step it is. */
function expectSettled({ run, steps }: RunProgress, isDone: boolean): void {
  const page = steps.map(({ id, state, detail = '' }) => `${state} ${id} ${detail}`).join('\n');
  const begun = steps.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt]));
  const faults = [
    ...steps.filter(({ state }) => state === 'waiting').map(({ id }) => `${id} waits`),
    ...steps
      .filter(({ detail }) => isDone && detail === 'not needed')
      .map(({ id }) => `${id} was planned and not taken`),
    ...(String(begun) === String([...begun].sort()) ? [] : ['not in the order of time']),
  ];
  if (faults.length > 0) throw new Error(`${run}: ${faults.join(', ')}\n${page}`);
}
