import { ClientError } from '../client-error';
import { isNotFound } from './errors';
import type { Session } from './session';

const FORGET_MILLISECONDS = 2_000;

/**
 * Removes a question and its answer from Temporal: its list is of runs and stacks, and nobody has to look past what
 * somebody asked. One that is still going is ended by it. Where the server does not let us, the row goes with its retention.
 */
export async function forget(
  { client, namespace, call }: Session,
  workflowId: string,
): Promise<void> {
  try {
    await call(
      () =>
        client.workflowService.deleteWorkflowExecution({
          ...{ namespace, workflowExecution: { workflowId } },
        }),
      FORGET_MILLISECONDS,
    );
  } catch (error) {
    if (!(error instanceof ClientError) && !isNotFound(error)) throw error;
  }
}
