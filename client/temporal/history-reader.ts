import type { temporal } from '@temporalio/proto';
import { pause } from '../terminal/interrupt';
import { isAway } from './errors';
import type { Session } from './session';

type Event = temporal.api.history.v1.IHistoryEvent;

/** The server answers a waiting call after 20 s at the latest, with or without an event. */
const WAIT_MILLISECONDS = 40_000;
const AGAIN_MILLISECONDS = 1_000;

/** All events of a workflow, oldest first; with `follow` also those to come, until it ends or the signal is aborted. */
export async function* readHistory(
  session: Session,
  workflowId: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Event> {
  let nextPageToken: Uint8Array = new Uint8Array();
  while (!signal.aborted) {
    const page = await readPage(session, workflowId, nextPageToken, follow, signal);
    if (!page) continue;
    for (const event of page.history?.events ?? []) yield event;
    nextPageToken = page.nextPageToken;
    if (nextPageToken.length === 0) return;
  }
}

/** Nothing when the server was away and it is worth asking again. */
async function readPage(
  { client, namespace, call }: Session,
  workflowId: string,
  nextPageToken: Uint8Array,
  follow: boolean,
  signal: AbortSignal,
) {
  try {
    return await call(
      () =>
        client.withAbortSignal(signal, () =>
          client.workflowService.getWorkflowExecutionHistory({
            ...{ namespace, nextPageToken, execution: { workflowId }, waitNewEvent: follow },
          }),
        ),
      WAIT_MILLISECONDS,
    );
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!follow || !isAway(error)) throw error;
    await pause(AGAIN_MILLISECONDS, signal);
    return undefined;
  }
}
