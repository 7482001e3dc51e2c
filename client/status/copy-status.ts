import type { CopyList, SeenCopy } from '../../workflows/model/copy';
import type { StackDescription } from '../../workflows/model/stack';
import { askBriefly } from '../temporal/ask-briefly';
import { readCopyWork, type CopyWork } from '../temporal/copy-keepers';
import type { Session } from '../temporal/session';

/** As for the points: the repository may be far away, and each copy no further. */
const ANSWER_MILLISECONDS = 8_000;
const COPY_SECONDS = 5;

/** One copy: what it lacks now, and who is at work on it. */
export interface CopyStatus extends Omit<SeenCopy, 'held'> {
  /** Absent where no keeper is at work. */
  readonly work?: CopyWork;
}

export interface CopiesStatus {
  /** Absent where there are none, or the host did not say. */
  readonly copies?: readonly CopyStatus[];
  /** Why it is not known what the copies lack, in a sentence without its full stop. */
  readonly copiesUnknown?: string;
}

/** `stack` is absent where nobody can be asked. */
export async function readCopies(
  session: Session,
  stack: StackDescription | undefined,
): Promise<CopiesStatus> {
  if (stack?.copies === undefined) return {};
  const input = { stack, answerSeconds: COPY_SECONDS };
  const question = { stack, type: 'copies', prefix: 'copies', input } as const;
  const told = await askBriefly<CopyList>(session, question, ANSWER_MILLISECONDS);
  if (told.answer === undefined) return { copiesUnknown: told.why };
  const copies = told.answer.copies.map(async ({ held: _, ...seen }) => {
    const work = await readCopyWork(session, stack.name, seen.name);
    return { ...seen, ...(work !== undefined && { work }) };
  });
  return { copies: await Promise.all(copies) };
}
