import { temporal } from '@temporalio/proto';
import {
  copyWorkflowId,
  freshnessWorkflowId,
  keptWorkflowId,
  runWorkflowId,
  stackWorkflowId,
  warmWorkflowId,
} from '../../workflows/messages';
import { isNotFound } from './errors';
import { judgeStuck, type OpenWorkflow, type Stuck } from './judge-stuck';
import { deepestMessage } from './proto-failure';
import type { Session } from './session';
import { listWorkers, type Workers } from './workers';

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

const { VERSIONING_BEHAVIOR_PINNED } = temporal.api.enums.v1.VersioningBehavior;
/** A task that has failed is near the end of the history. */
const EVENTS_LOOKED_AT = 20;

/** Of everything that is open of a stack, its runs, its keepers and its queue: what cannot go on. Needs no worker. */
export async function listStuck(
  session: Session,
  stack: string,
  workers?: Workers,
): Promise<readonly Stuck[]> {
  const runs = runWorkflowId(stack, 0).slice(0, -1);
  const mine = [
    `WorkflowId STARTS_WITH "${runs}"`,
    `WorkflowId STARTS_WITH "${keptWorkflowId(runs)}"`,
    `WorkflowId STARTS_WITH "${copyWorkflowId(stack, '')}"`,
    `WorkflowId IN ("${stackWorkflowId(stack)}", "${warmWorkflowId(stack)}", "${freshnessWorkflowId(stack)}")`,
  ];
  const query = `ExecutionStatus = 'Running' AND (${mine.join(' OR ')})`;
  const ids = await session.call(async () => {
    const found: string[] = [];
    for await (const { workflowId } of session.client.workflow.list({ query, pageSize: 100 })) {
      found.push(workflowId);
    }
    return found;
  });
  return readStuck(session, ids, workers);
}

/** Of these, what cannot go on. */
export async function readStuck(
  session: Session,
  ids: readonly string[],
  workers?: Workers,
): Promise<readonly Stuck[]> {
  const open = (await Promise.all(ids.map((id) => readOpen(session, id)))).flatMap(
    (one) => one ?? [],
  );
  const suspect = open.filter(
    ({ pinnedTo, taskAttempt }) => pinnedTo !== undefined || taskAttempt > 1,
  );
  if (suspect.length === 0) return [];
  const { builds } = workers ?? (await listWorkers(session));
  return suspect.flatMap((workflow) => judgeStuck(workflow, builds) ?? []);
}

/** Of these, those that may answer a question. The others are named: a question would hang, and hide what these say. */
export async function thoseThatAnswer(
  session: Session,
  ids: readonly string[],
): Promise<readonly string[]> {
  const stuck = (await readStuck(session, ids)).map(({ run }) => run);
  for (const run of stuck) session.note(`${run} cannot go on: \`pawl status\` says why.`);
  return ids.filter((id) => !stuck.includes(id));
}

/**
 * Whether a workflow that has ended can be asked at all: by a worker of the build it began under. Otherwise a question would
 * hang until its deadline.
 */
export async function canBeAsked(
  session: Session,
  { workflowExecutionInfo }: Description,
): Promise<boolean> {
  const pinnedTo = pinnedBuild(workflowExecutionInfo);
  if (pinnedTo === undefined) return true;
  const { builds } = await listWorkers(session);
  return builds.length === 0 || builds.includes(pinnedTo);
}

function pinnedBuild(info: Description['workflowExecutionInfo']): string | undefined {
  const { behavior, deploymentVersion } = info?.versioningInfo ?? {};
  if (behavior !== VERSIONING_BEHAVIOR_PINNED) return undefined;
  return deploymentVersion?.buildId ?? undefined;
}

async function readOpen(session: Session, id: string): Promise<OpenWorkflow | undefined> {
  try {
    const { raw } = await session.call(() => session.client.workflow.getHandle(id).describe());
    return await asOpen(session, id, raw);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function asOpen(
  session: Session,
  id: string,
  { workflowExecutionInfo: info, pendingWorkflowTask: task }: Description,
): Promise<OpenWorkflow | undefined> {
  if (info?.closeTime) return undefined;
  const pinnedTo = pinnedBuild(info);
  const taskAttempt = task?.attempt ?? 0;
  const taskFailure = taskAttempt > 1 ? await lastTaskFailure(session, id) : undefined;
  return {
    ...{ id, type: info?.type?.name ?? '', taskAttempt },
    ...(pinnedTo === undefined ? {} : { pinnedTo }),
    ...(taskFailure === undefined ? {} : { taskFailure }),
  };
}

/** Temporal writes the first failure of a task down, and counts those after it. */
async function lastTaskFailure(session: Session, id: string): Promise<string | undefined> {
  const { client, namespace, call } = session;
  const { history } = await call(() =>
    client.workflowService.getWorkflowExecutionHistoryReverse({
      ...{ namespace, execution: { workflowId: id }, maximumPageSize: EVENTS_LOOKED_AT },
    }),
  );
  const failed = history?.events?.find((event) => event.workflowTaskFailedEventAttributes);
  const failure = failed?.workflowTaskFailedEventAttributes?.failure;
  return failure ? deepestMessage(failure) : undefined;
}
