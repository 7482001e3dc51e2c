import type { UpdateDefinition } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { progress } from '../../workflows/messages';
import type { RunProgress } from '../../workflows/model/run';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { cannotAnswer, isAway, isNotFound } from './errors';
import type { Session } from './session';

const TRIES = 3;

export function askProgress(session: Session, run: string): Promise<RunProgress> {
  return session.call(() => session.client.workflow.getHandle(run).query(progress));
}

/** One that cannot answer is named, and hides none of the others. */
export async function answerOrNote<Answer>(
  session: Session,
  run: string,
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!cannotAnswer(error)) throw error;
    session.note(`${run} does not answer: \`pawl status\` says why.`);
    return undefined;
  }
}

/** Throws: ClientError (failed) when there is no such run. */
export async function readProgress(session: Session, run: string): Promise<RunProgress> {
  try {
    return await askProgress(session, run);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ClientError(EXIT_CODES.failed, `There is no run ${run}, or it has not begun.`, {
      advice: '`pawl runs` lists the runs that there are.',
      reason: 'not-found',
      cause: error,
    });
  }
}

/** The run is there, and waits for nothing of the kind. */
export function waitsForNone(run: string, what: string): ClientError {
  return new ClientError(EXIT_CODES.refused, `${run} ${what}.`, {
    advice: `\`pawl show ${run}\` shows its state.`,
    reason: 'PreconditionFailed',
  });
}

/** Sent again, with the same id, when the connection is lost: it is taken once. */
export async function sendAnswer<Result, Answer>(
  session: Session,
  run: string,
  update: UpdateDefinition<Result, [Answer]>,
  answer: Answer,
): Promise<Result> {
  const handle = session.client.workflow.getHandle(run);
  const options = { args: [answer] as [Answer], updateId: randomUUID() };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.call(() => handle.executeUpdate(update, options));
    } catch (error) {
      if (!isAway(error) || attempt === TRIES) throw error;
    }
  }
}
