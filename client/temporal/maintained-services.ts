import { randomUUID } from 'node:crypto';
import { hasSwitch } from '../../workflows/model/deployment';
import type { MaintainedService } from '../../workflows/model/maintenance';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { searchAttributes } from './attributes';
import type { Session } from './session';

/** It reads a small file of each service. */
const ANSWER_MILLISECONDS = 5_000;

/**
 * The services of a stack that are in maintenance, asked of its host. Undefined when the host does not say, or not in
 * time: the rest of the status is known all the same. Nobody is asked about a stack without a switch.
 */
export async function readMaintainedServices(
  session: Session,
  stack: StackDescription,
): Promise<readonly MaintainedService[] | undefined> {
  const switched = stack.deploy?.services.some(hasSwitch);
  if (switched !== true) return [];
  const { workflow } = session.client;
  try {
    const services = await session.call(
      () =>
        workflow.execute('maintenanceState', {
          workflowId: `maintenance-state/${stack.name}/${randomUUID()}`,
          taskQueue: WORKFLOW_TASK_QUEUE,
          workflowExecutionTimeout: 2 * ANSWER_MILLISECONDS,
          args: [{ stack }],
          typedSearchAttributes: searchAttributes({ stack: stack.name, host: stack.host }),
          staticSummary: `maintenance-state of stack ${stack.name}`,
        }) as Promise<readonly MaintainedService[]>,
      ANSWER_MILLISECONDS,
    );
    return services.filter(({ maintenance }) => maintenance !== undefined);
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}
