import { ClientError } from '../client-error';
import { personWait } from '../follow/waiting-words';
import type { PersonWait } from '../follow/waiting-words';
import { progress } from '../../workflows/messages';
import { isNotFound } from './errors';
import type { Session } from './session';

const ANSWER_MILLISECONDS = 3_000;

/** Which of these open runs wait for a person. Needs a worker: of a run that none answers for, nothing is said. */
export async function readPersonWaits(
  session: Session,
  runs: readonly string[],
): Promise<readonly PersonWait[]> {
  const waits = await Promise.all(runs.map((run) => readWait(session, run)));
  return waits.flatMap((wait) => wait ?? []);
}

async function readWait({ client, call }: Session, run: string): Promise<PersonWait | undefined> {
  try {
    const answer = await call(
      () => client.workflow.getHandle(run).query(progress),
      ANSWER_MILLISECONDS,
    );
    return personWait(answer);
  } catch (error) {
    // It may have ended since, or not have begun.
    if (error instanceof ClientError || isNotFound(error)) return undefined;
    throw error;
  }
}
