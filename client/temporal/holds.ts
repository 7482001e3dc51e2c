import { resolve } from '../../workflows/messages';
import type { HoldAnswer, ResolvedHold } from '../../workflows/model/hold';
import type { RunProgress } from '../../workflows/model/run';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { readProgress, sendAnswer } from './run-messages';
import type { Session } from './session';

/** Throws: ClientError (refused) when the run holds no step, (failed) when there is no such run. */
export async function readHeldRun(session: Session, run: string): Promise<RunProgress> {
  const answer = await readProgress(session, run);
  if (answer.held !== undefined) return answer;
  throw new ClientError(EXIT_CODES.refused, `${run} holds no step.`, {
    advice: `\`pawl show ${run}\` says how it is.`,
    reason: 'PreconditionFailed',
  });
}

export function resolveHold(
  session: Session,
  run: string,
  answer: HoldAnswer,
): Promise<ResolvedHold> {
  return sendAnswer(session, run, resolve, answer);
}
