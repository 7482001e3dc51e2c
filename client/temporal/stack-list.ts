import type { RunInput } from '../../workflows/catalogue';
import { defaultPayloadConverter } from '@temporalio/common';
import { stackWorkflowId } from '../../workflows/messages';
import { isMark, type Mark } from '../../workflows/model/seal';
import type { StackDescription } from '../../workflows/model/stack';
import { attributeKey } from './attributes';
import { opened } from './open-sealed';
import { listRuns } from './run-list';
import type { Session } from './session';

/** A stack that the server knows; its description is that of its newest run. */
export interface KnownStack {
  readonly stack: string;
  readonly host: string;
  readonly description?: StackDescription;
}

/** Every stack that a run was ever asked for, by name. */
export async function listStacks(session: Session): Promise<readonly KnownStack[]> {
  const query = `WorkflowType = 'stack' AND ExecutionStatus = 'Running'`;
  const found = await session.call(async () => {
    const stacks: { stack: string; host: string }[] = [];
    for await (const info of session.client.workflow.list({ query, pageSize: 100 })) {
      const stack = info.workflowId.slice(stackWorkflowId('').length);
      const host = info.typedSearchAttributes.get(attributeKey('host')) ?? '';
      stacks.push({ stack, host });
    }
    return stacks;
  });
  const known = await Promise.all(
    found.map(async (one) => {
      const description = await newestDescription(session, one.stack);
      const host = description?.host ?? one.host;
      return { ...one, host, ...(description === undefined ? {} : { description }) };
    }),
  );
  return known.sort((a, b) => a.stack.localeCompare(b.stack));
}

/** As the newest run was started with it. */
async function newestDescription(
  session: Session,
  stack: string,
): Promise<StackDescription | undefined> {
  const [newest] = await listRuns(session, stack, 1);
  if (newest === undefined) return undefined;
  const { client, codec, namespace, call } = session;
  const execution = { workflowId: newest.run };
  const page = await call(() =>
    client.workflowService.getWorkflowExecutionHistory({
      ...{ namespace, execution, maximumPageSize: 1 },
    }),
  );
  const [first] = opened(codec, page).history?.events ?? [];
  const [payload] = first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (!payload) return undefined;
  const input = defaultPayloadConverter.fromPayload<RunInput | Mark>(payload);
  // Sealed with another key, or put there by somebody without one.
  return isMark(input) ? undefined : input.request.stack;
}
