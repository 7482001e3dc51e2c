import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { warmWorkflowId } from '../../workflows/messages';
import type { WarmInput, WarmSlot } from '../../workflows/model/warm';
import { isMark, type Mark } from '../../workflows/model/seal';
import { isNotFound } from './errors';
import { opened } from './open-sealed';
import type { Session } from './session';

/** The slots that serve no more and still run. Needs no worker: what the workflow `warm` was started with says it. */
export async function readWarmSlots(session: Session, stack: string): Promise<WarmSlot[]> {
  const { client, codec, namespace, call } = session;
  const execution = { workflowId: warmWorkflowId(stack) };
  try {
    const { status } = await call(() => client.workflow.getHandle(execution.workflowId).describe());
    if (status.name !== 'RUNNING') return [];
    const page = await call(() =>
      client.workflowService.getWorkflowExecutionHistory({
        ...{ namespace, execution, maximumPageSize: 1 },
      }),
    );
    return warmSlotsIn(opened(codec, page).history?.events?.[0], Date.now());
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** What the first event of `warm` says, without what is stopped by `now` (milliseconds since 1970). */
export function warmSlotsIn(
  event: temporal.api.history.v1.IHistoryEvent | undefined,
  now: number,
): WarmSlot[] {
  const [payload] = event?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (!payload) return [];
  const input = defaultPayloadConverter.fromPayload<WarmInput | Mark>(payload);
  return isMark(input) ? [] : input.slots.filter(({ until }) => Date.parse(until) > now);
}
