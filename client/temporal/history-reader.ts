import type { temporal } from '@temporalio/proto';
import { pause } from '../terminal/interrupt';
import { isAway } from './errors';
import { opened } from './open-sealed';
import type { Session } from './session';

type Event = temporal.api.history.v1.IHistoryEvent;

/** The server answers a waiting call after 20 s at the latest, with or without an event. */
const WAIT_MILLISECONDS = 40_000;
const AGAIN_MILLISECONDS = 1_000;

/**
 * All events of a workflow, as the server wrote them: what there is as one batch; with `follow` also those to come, as
 * they come, until it ends or the signal is aborted.
 */
export async function* readHistory(
  session: Session,
  workflowId: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<readonly Event[]> {
  const past = await readPast(session, workflowId, signal);
  yield past;
  if (!follow) return;
  let known = Number(past.at(-1)?.eventId ?? 0);
  let nextPageToken: Uint8Array = new Uint8Array();
  while (!signal.aborted) {
    const page = await readPage(session, workflowId, nextPageToken, true, signal);
    if (!page) continue;
    const events = (page.history?.events ?? []).filter(({ eventId }) => Number(eventId) > known);
    known = Math.max(known, ...events.map(({ eventId }) => Number(eventId)));
    yield events;
    nextPageToken = page.nextPageToken;
    if (nextPageToken.length === 0) return;
  }
}

async function readPast(
  session: Session,
  workflowId: string,
  signal: AbortSignal,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  while (!signal.aborted) {
    const page = await readPage(session, workflowId, nextPageToken, false, signal);
    if (!page) continue;
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
    if (nextPageToken.length === 0) break;
  }
  return events;
}

/** Nothing when the server was away and it is worth asking again. */
async function readPage(
  { client, codec, namespace, call }: Session,
  workflowId: string,
  nextPageToken: Uint8Array,
  follow: boolean,
  signal: AbortSignal,
) {
  try {
    const page = await call(
      () =>
        client.withAbortSignal(signal, () =>
          client.workflowService.getWorkflowExecutionHistory({
            ...{ namespace, nextPageToken, execution: { workflowId }, waitNewEvent: follow },
          }),
        ),
      WAIT_MILLISECONDS,
    );
    return opened(codec, page);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!follow || !isAway(error)) throw error;
    await pause(AGAIN_MILLISECONDS, signal);
    return undefined;
  }
}
