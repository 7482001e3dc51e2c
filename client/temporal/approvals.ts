import { randomUUID } from 'node:crypto';
import { approve, progress, reject } from '../../workflows/messages';
import type { ApprovalAnswer, ApprovalState } from '../../workflows/model/approval';
import type { RunProgress } from '../../workflows/model/run';
import type { Verdict } from '../../workflows/plan/judge-approval';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { isAway, isNotFound } from './errors';
import { listOpenRuns } from './run-list';
import type { Session } from './session';

const TRIES = 3;

/** A run that waits for people. */
export interface WaitingRun {
  readonly run: string;
  readonly runbook: string;
  readonly approval: ApprovalState;
  /** Titles of what it would do, in order. */
  readonly steps: readonly string[];
}

/** Runs of a stack that wait for approval, the one that waits longest first. Needs a worker. */
export async function listWaitingRuns(session: Session, stack: string): Promise<WaitingRun[]> {
  const runs = await listOpenRuns(session, stack);
  const all = await Promise.all(runs.map((run) => askProgress(session, run)));
  return all
    .flatMap((answer) => asWaiting(answer) ?? [])
    .sort((a, b) => a.approval.since.localeCompare(b.approval.since));
}

/** Throws: ClientError (refused) when the run waits for nobody, (failed) when there is no such run. */
export async function readWaitingRun(session: Session, run: string): Promise<WaitingRun> {
  const waiting = asWaiting(await orNotBegun(run, () => askProgress(session, run)));
  if (waiting !== undefined) return waiting;
  throw new ClientError(EXIT_CODES.refused, `${run} waits for no approval.`, {
    advice: `\`pawl show ${run}\` says how it is.`,
    reason: 'PreconditionFailed',
  });
}

/** Sent again, with the same id, when the connection is lost: it is taken once. */
export async function answerRun(
  session: Session,
  run: string,
  verdict: Verdict,
  answer: ApprovalAnswer,
): Promise<ApprovalState> {
  const handle = session.client.workflow.getHandle(run);
  const options = { args: [answer] as [ApprovalAnswer], updateId: randomUUID() };
  const update = verdict === 'approve' ? approve : reject;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.call(() => handle.executeUpdate(update, options));
    } catch (error) {
      if (!isAway(error) || attempt === TRIES) throw error;
    }
  }
}

function askProgress(session: Session, run: string): Promise<RunProgress> {
  return session.call(() => session.client.workflow.getHandle(run).query(progress));
}

function asWaiting({ run, runbook, phase, approval, steps }: RunProgress): WaitingRun | undefined {
  if (phase !== 'approve' || approval === undefined) return undefined;
  const toCome = steps.filter(({ state }) => state === 'waiting');
  return { run, runbook, approval, steps: toCome.map(({ title }) => title) };
}

async function orNotBegun<Result>(run: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ClientError(EXIT_CODES.failed, `There is no run ${run}, or it has not begun.`, {
      advice: '`pawl approvals` lists those that wait for approval.',
      reason: 'not-found',
      cause: error,
    });
  }
}
