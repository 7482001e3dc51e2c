import type { RunbookName } from '../../workflows/catalogue';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { attributeKey } from './attributes';
import type { Session } from './session';

/** A run as Temporal's list knows it, until its retention period ends. */
export interface ListedRun {
  readonly run: string;
  readonly runbook: string;
  /** `running`, `done`, `failed`, `cancelled`, `terminated`. */
  readonly outcome: string;
  readonly requestedBy?: string;
  readonly trigger?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  COMPLETED: 'done',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/**
 * Newest first. By the workflow's id: it is the run's name, and unlike pawl's own search attributes it is there on a
 * server that no worker of ours has ever prepared.
 */
export async function listRuns(
  session: Session,
  stack: string,
  limit: number,
): Promise<ListedRun[]> {
  return listBy(session, stack, `WorkflowId STARTS_WITH "${stack}/"`, limit);
}

/** Runs of one runbook that are done, newest first. */
export async function listEndedWell(
  session: Session,
  stack: string,
  runbook: RunbookName,
  limit: number,
): Promise<ListedRun[]> {
  const ended = `ExecutionStatus = 'Completed' AND WorkflowType = '${runbook}'`;
  return listBy(session, stack, `${ended} AND WorkflowId STARTS_WITH "${stack}/"`, limit);
}

async function listBy(
  session: Session,
  stack: string,
  query: string,
  limit: number,
): Promise<ListedRun[]> {
  const runs = await session.call(async () => {
    const found: ListedRun[] = [];
    for await (const info of session.client.workflow.list({ query, pageSize: 100 })) {
      if (runNumber(info.workflowId, stack) !== undefined) found.push(listedRun(info));
      if (found.length >= limit) break;
    }
    return found;
  });
  return runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** Runs of a stack that have begun and not ended. */
export async function listOpenRuns(session: Session, stack: string): Promise<string[]> {
  const query = `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH "${stack}/"`;
  return (await listBy(session, stack, query, Infinity)).map(({ run }) => run);
}

function listedRun(info: WorkflowExecutionInfo): ListedRun {
  const attributes = info.typedSearchAttributes;
  const requestedBy = attributes.get(attributeKey('requester'));
  const trigger = attributes.get(attributeKey('trigger'));
  return {
    run: info.workflowId,
    runbook: info.type,
    outcome: OUTCOMES[info.status.name] ?? 'running',
    startedAt: info.startTime.toISOString(),
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(info.closeTime ? { endedAt: info.closeTime.toISOString() } : {}),
  };
}

function runNumber(workflowId: string, stack: string): number | undefined {
  const match = /^(.*)\/(\d+)$/.exec(workflowId);
  return match?.[1] === stack ? Number(match[2]) : undefined;
}
