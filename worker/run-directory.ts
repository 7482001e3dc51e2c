import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { AdapterError } from '../activities/adapter-error';
import type { OpenRun, RunDirectory } from '../activities/ports';
import { runWorkflowId } from '../workflows/messages';
import { ADMISSION } from '../workflows/model/run';
import { SEARCH_ATTRIBUTES } from '../workflows/model/search-attributes';

/** A run, open or closed, as Temporal describes it. */
type Seen = OpenRun & { readonly open: boolean };

/** The port `RunDirectory` on Temporal's visibility store and on what it knows of single executions. */
export function createRunDirectory(client: Client): RunDirectory {
  return {
    find: (stack) => answering(`list the runs of ${stack}`, () => find(client, stack)),
    awaitEnd: (run, signal) =>
      answering(`wait for the end of ${run}`, () => awaitEnd(client, run, signal)),
  };
}

/**
 * Runs that are open, and the highest number ever taken.
 *
 * The list may lag behind (it is eventually consistent on some stores) while a single execution is always described
 * as it is: so the number after the highest listed one is asked for until one is free.
 */
async function find(client: Client, stack: string): Promise<{ open: OpenRun[]; highest: number }> {
  const seen = await listRuns(client, stack);
  let highest = Math.max(0, ...seen.map((run) => run.number));
  for (;;) {
    const next = await describeRun(client, stack, highest + 1);
    if (next === undefined) break;
    seen.push(next);
    highest = next.number;
  }
  const open = seen.filter((run) => run.open).map(({ open: _, ...run }) => run);
  return { open: open.sort((a, b) => a.number - b.number), highest };
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
  const isRun = Object.hasOwn(ADMISSION, execution.type) && Number.isSafeInteger(number);
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
    // Deleted, or older than the retention: it is not open any more.
    if (error instanceof WorkflowNotFoundError) return { outcome: 'terminated' };
    throw error;
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
