import { resolve } from '../../workflows/messages';
import type { HoldAnswer, ResolvedHold } from '../../workflows/model/hold';
import type { RunProgress } from '../../workflows/model/run';
import { readProgress, sendAnswer, waitsForNone } from './run-messages';
import type { Session } from './session';

/** Throws: ClientError (refused) when the run holds no step, (failed) when there is no such run. */
export async function readHeldRun(session: Session, run: string): Promise<RunProgress> {
  const answer = await readProgress(session, run);
  if (answer.held !== undefined) return answer;
  throw waitsForNone(run, 'holds no step');
}

export function resolveHold(
  session: Session,
  run: string,
  answer: HoldAnswer,
): Promise<ResolvedHold> {
  return sendAnswer(session, run, resolve, answer);
}
