import type { RunInput } from '../catalogue';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  ParentClosePolicy,
  startChild,
  TerminatedFailure,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import { runWorkflowId } from '../messages';
import { readDetails } from '../model/failure-type';
import type { EndedRun, QueuedRun } from '../model/queue';
import type { RunMemo } from '../model/run';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import { runActivities } from '../run/activities';
import { causeOf } from '../run/failures';
import { keyword } from '../run/keyword';
import { now } from '../run/now';
import type { ToldEnd } from './plan-news';
import type { StackQueue, WaitingRun } from './stack-queue';

type End = Pick<ToldEnd, 'outcome' | 'summary' | 'details'>;

/**
 * Starts an admitted run; it outlives its parent, and its end frees its place. A number that is taken shows that more
 * runs are known to Temporal than to this workflow.
 */
export async function startRun(
  stack: string,
  run: WaitingRun,
  line: StackQueue,
): Promise<'started' | 'number taken' | 'failed'> {
  try {
    const child = await startChild(run.runbook, {
      workflowId: runWorkflowId(stack, run.number),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{ request: run.request, mode: 'apply', number: run.number } satisfies RunInput],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `${run.runbook} of ${stack}, requested by ${run.requestedBy}`,
      typedSearchAttributes: searchAttributes(run),
      memo: { requestId: run.requestId, requestedAt: run.since } satisfies RunMemo,
    });
    line.news.started(run);
    void leave(line, run, endOf(child));
    return 'started';
  } catch (error) {
    const taken = error instanceof WorkflowExecutionAlreadyStartedError;
    const reason = taken ? 'an older run has its number; ask again' : causeOf(error).message;
    end(line, run, { outcome: 'failed', summary: `could not be started: ${reason}` });
    return taken ? 'number taken' : 'failed';
  }
}

/** Follows a run that another execution of this workflow started. */
export async function followRun(stack: string, run: QueuedRun, line: StackQueue): Promise<void> {
  await leave(line, run, endOfOther(runWorkflowId(stack, run.number)));
}

async function leave(line: StackQueue, run: QueuedRun, ending: Promise<End>): Promise<void> {
  end(line, run, await ending);
}

function end(line: StackQueue, run: QueuedRun, { details, ...how }: End): void {
  const ended: EndedRun = { number: run.number, runbook: run.runbook, ...how, endedAt: now() };
  line.end(ended);
  line.news.ended({ ...ended, ...(details && { details }) });
}

async function endOf(child: ChildWorkflowHandle<Workflow>): Promise<End> {
  try {
    await child.result();
    return { outcome: 'done', summary: 'ended as planned' };
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    if (cause instanceof CancelledFailure) return { outcome: 'cancelled', summary: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { outcome: 'terminated', summary: 'terminated' };
    const details = cause instanceof ApplicationFailure ? readDetails(cause.details) : undefined;
    const summary = causeOf(cause).message;
    return { outcome: 'failed', summary, ...(details && { details }) };
  }
}

const OUTCOMES: readonly EndedRun['outcome'][] = ['done', 'failed', 'cancelled', 'terminated'];

async function endOfOther(run: string): Promise<End> {
  const { outcome } = await runActivities().awaitRun.executeWithOptions(
    { summary: `wait for the end of ${run}` },
    [{ run }],
  );
  const known = OUTCOMES.find((candidate) => candidate === outcome) ?? 'failed';
  return { outcome: known, summary: outcome };
}

function searchAttributes({ request, requestedBy }: WaitingRun) {
  return [
    keyword(SEARCH_ATTRIBUTES.stack, request.stack.name),
    keyword(SEARCH_ATTRIBUTES.runbook, request.runbook),
    keyword(SEARCH_ATTRIBUTES.host, request.stack.host),
    keyword(SEARCH_ATTRIBUTES.trigger, request.trigger),
    keyword(SEARCH_ATTRIBUTES.requester, requestedBy),
  ];
}
