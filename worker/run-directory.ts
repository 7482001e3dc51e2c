import { runbookNamed } from '../workflows/catalogue';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { AdapterError } from '../activities/ports/adapter-error';
import type { OpenRun, RunDirectory } from '../activities/ports/run-directory';
import { queue, runWorkflowId, stackWorkflowId } from '../workflows/messages';
import { SEARCH_ATTRIBUTES } from '../workflows/model/search-attributes';

/** A run, open or closed, as Temporal describes it. */
type Seen = OpenRun & { readonly open: boolean };

/** A stack's line holds no more waiting runs: so many numbers in a row may have been withdrawn before they began. */
const LONGEST_GAP = 100;
const DESCRIBED_AT_ONCE = 20;
/** A run may wait for hours behind another. */
const LOOK_AT_QUEUE_MILLISECONDS = 5_000;

/** The port `RunDirectory` on Temporal's visibility store and on what it knows of single executions. */
export function createRunDirectory(client: Client): RunDirectory {
  return {
    find: (stack, recorded) =>
      answering(`list the runs of ${stack}`, () => find(client, stack, recorded)),
    awaitEnd: (run, signal) =>
      answering(`wait for the end of ${run}`, () => awaitEnd(client, run, signal)),
    end: (run, key, reason) => answering(`end ${run}`, () => end(client, run, key, reason)),
  };
}

/**
 * Runs that are open, and the highest number ever taken.
 *
 * The list may lag behind (it is eventually consistent on some stores) while a single execution is always described
 * as it is: so every number near the highest known one that is not listed is asked for, below it and above.
 */
async function find(
  client: Client,
  stack: string,
  recorded: number,
): Promise<{ open: OpenRun[]; highest: number }> {
  const seen = new Map((await listRuns(client, stack)).map((run) => [run.number, run]));
  let highest = Math.max(recorded, ...seen.keys());
  for (let from = Math.max(1, highest - LONGEST_GAP); from <= highest + LONGEST_GAP;) {
    const asked = numbersFrom(from, DESCRIBED_AT_ONCE).filter((number) => !seen.has(number));
    const found = await Promise.all(asked.map((number) => describeRun(client, stack, number)));
    for (const run of found) if (run !== undefined) seen.set(run.number, run);
    highest = Math.max(highest, ...seen.keys());
    from += DESCRIBED_AT_ONCE;
  }
  const open = [...seen.values()].filter((run) => run.open).map(({ open: _, ...run }) => run);
  return { open: open.sort((a, b) => a.number - b.number), highest };
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

async function listRuns(client: Client, stack: string): Promise<Seen[]> {
  const prefix = runWorkflowId(stack, 0).slice(0, -1);
  const query = `WorkflowId STARTS_WITH ${quoted(prefix)}`;
  const seen: Seen[] = [];
  for await (const execution of client.workflow.list({ query })) {
    const run = asRun(stack, execution);
    if (run !== undefined) seen.push(run);
  }
  return seen;
}

async function describeRun(
  client: Client,
  stack: string,
  number: number,
): Promise<Seen | undefined> {
  try {
    return asRun(stack, await client.workflow.getHandle(runWorkflowId(stack, number)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Undefined for what merely shares the prefix: a stack may be called `stack`, as the other workflows' ids begin. */
function asRun(
  stack: string,
  execution: Pick<
    WorkflowExecutionInfo,
    'workflowId' | 'type' | 'status' | 'typedSearchAttributes'
  >,
): Seen | undefined {
  const number = Number(execution.workflowId.slice(stack.length + 1));
  const isRun = runbookNamed(execution.type) !== undefined && Number.isSafeInteger(number);
  if (!isRun || execution.workflowId !== runWorkflowId(stack, number)) return undefined;
  const requester = execution.typedSearchAttributes.get({
    name: SEARCH_ATTRIBUTES.requester,
    type: 'KEYWORD',
  });
  return {
    number,
    runbook: execution.type,
    requestedBy: requester ?? 'unknown',
    open: execution.status.name === 'RUNNING' || execution.status.name === 'PAUSED',
  };
}

async function awaitEnd(
  client: Client,
  run: string,
  signal: AbortSignal,
): Promise<{ outcome: string }> {
  try {
    await client.withAbortSignal(signal, () => client.workflow.getHandle(run).result());
    return { outcome: 'done' };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WorkflowFailedError) return { outcome: outcomeOf(error.cause) };
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    // Deleted, older than the retention, or taken out of its queue: it is not open any more.
    if (!(await isWaiting(client, run))) return { outcome: 'terminated' };
    await sleep(LOOK_AT_QUEUE_MILLISECONDS, undefined, { signal });
    return awaitEnd(client, run, signal);
  }
}

/** Whether a run is numbered and has not begun: it has no execution of its own yet. */
async function isWaiting(client: Client, run: string): Promise<boolean> {
  const [stack = '', number] = run.split('/');
  try {
    const { waiting } = await client.workflow.getHandle(stackWorkflowId(stack)).query(queue);
    return waiting.some((one) => one.number === Number(number));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function end(client: Client, run: string, key: string, reason: string): Promise<void> {
  const handle = client.workflow.getHandle(run, undefined, { firstExecutionRunId: key });
  try {
    await handle.terminate(reason);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

function outcomeOf(cause: unknown): string {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return 'failed';
}

/** Temporal away is the one failure that waiting mends. */
async function answering<Result>(what: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (!isGrpcServiceError(cause)) throw error;
    throw new AdapterError(
      'ServiceUnavailable',
      `Could not ${what}: ${cause.details || cause.message}`,
      {},
      { cause: error },
    );
  }
}

/** A string literal of Temporal's list filters. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
