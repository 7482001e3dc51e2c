import { approve, reject } from '../../workflows/messages';
import type { ApprovalAnswer, ApprovalState } from '../../workflows/model/approval';
import type { RunProgress } from '../../workflows/model/run';
import type { Verdict } from '../../workflows/run/people/judge-approval';
import { answerOrNote, askProgress, readProgress, sendAnswer, waitsForNone } from './run-messages';
import { listOpenRuns } from './run-list';
import type { Session } from './session';
import { thoseThatAnswer } from './stuck-runs';

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
  const runs = await thoseThatAnswer(session, await listOpenRuns(session, stack));
  const all = await Promise.all(
    runs.map((run) => answerOrNote(session, run, () => askProgress(session, run))),
  );
  return all
    .flatMap((answer) => (answer && asWaiting(answer)) ?? [])
    .sort((a, b) => a.approval.since.localeCompare(b.approval.since));
}

/** Throws: ClientError (refused) when the run waits for nobody, (failed) when there is no such run. */
export async function readWaitingRun(session: Session, run: string): Promise<WaitingRun> {
  const waiting = asWaiting(await readProgress(session, run));
  if (waiting !== undefined) return waiting;
  throw waitsForNone(run, 'waits for no approval');
}

export function answerRun(
  session: Session,
  run: string,
  verdict: Verdict,
  answer: ApprovalAnswer,
): Promise<ApprovalState> {
  return sendAnswer(session, run, verdict === 'approve' ? approve : reject, answer);
}

function asWaiting({ run, runbook, phase, approval, steps }: RunProgress): WaitingRun | undefined {
  if (phase !== 'approve' || approval === undefined) return undefined;
  const toCome = steps.filter(({ state }) => state === 'waiting');
  return { run, runbook, approval, steps: toCome.map(({ title }) => title) };
}
