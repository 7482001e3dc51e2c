import { Client, Connection } from '@temporalio/client';
import { sealedClientOptions } from '../../sealing/client-options';
import { openKeyRing } from '../../sealing/key-file';
import { CATALOGUE } from '../../workflows/catalogue';
import { progress } from '../../workflows/messages';
import { type RunProgress } from '../../workflows/model/run';

const ANSWERED_WITHIN_MILLISECONDS = 30_000;

const RUNBOOKS = CATALOGUE.map(({ name }) => `'${name}'`);

const ENDED = `WorkflowType IN (${RUNBOOKS.join(', ')}) AND ExecutionStatus IN ('Completed', 'Failed', 'Canceled')`;

/**
 * Every run that is over, however it ended: no step waits any more, and those that began stand in the order of time. Of one
 * that is done, every planned step was taken, but for those that are skipped by a person's word.
 */
export async function expectNothingLeftWaiting(client: Client, seen: Set<string>): Promise<void> {
  for await (const { workflowId, runId, status } of client.workflow.list({ query: ENDED })) {
    if (seen.has(runId)) continue;
    seen.add(runId);
    // Whoever asked for a plan has it deleted.
    if (workflowId.startsWith('plan/')) continue;
    const handle = client.workflow.getHandle(workflowId, runId);
    const isDone = status.name === 'COMPLETED';
    const outcome = isDone ? ((await handle.result()) as { readonly state: string }) : undefined;
    // Only asked for its plan: all of it is still to come.
    if (outcome?.state !== 'planned') expectSettled(await handle.query(progress), isDone);
  }
}

/** The same of an installation of processes; `answering` starts a worker where none is there to be asked. */
export async function expectNothingLeftWaitingAt(
  { address, keyFile }: { readonly address: string; readonly keyFile: string },
  answering: () => Promise<void>,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, ...sealedClientOptions(openKeyRing(keyFile)) });
    if ((await client.workflow.count(ENDED)).count === 0) return;
    await answering();
    await client.withDeadline(Date.now() + ANSWERED_WITHIN_MILLISECONDS, () =>
      expectNothingLeftWaiting(client, new Set()),
    );
  } finally {
    await connection.close();
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
