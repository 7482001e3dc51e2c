import type { CopyList } from '../../workflows/model/copy';
import type { PointList } from '../../workflows/model/recovery-point';
import type { StackDescription } from '../../workflows/model/stack';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { placesOf, renderPoints } from '../render/points';
import { readFrom } from '../runs/read-from';
import { loadStack } from '../stack';
import { askBriefly, type BriefAnswer } from '../temporal/ask-briefly';
import { askWorker } from '../temporal/ask-worker';
import { withSession, type Session } from '../temporal/session';

/** A copy that is away is told as such: it is waited for no longer. */
const COPY_SECONDS = 20;
const COPIES_MILLISECONDS = 30_000;

/** Reads the repository itself, by the host's worker: the list is right even when Temporal has forgotten the runs. */
export async function run(invocation: Invocation): Promise<number> {
  const { globals, flags, output } = invocation;
  const stack = readFrom(await loadStack(globals), flags);
  const [list, copies] = await withSession(invocation, (session) =>
    Promise.all([
      askWorker<PointList>(session, output, {
        ...{ stack, type: 'points', prefix: 'points', input: { stack } },
      }),
      askCopies(session, stack),
    ]),
  );
  const seen = copies?.answer?.copies;
  const points = list.points.map((point) => ({ ...point, ...placesOf(point, seen) }));
  output.json('pawl/points@1', {
    stack: stack.name,
    ...list,
    points,
    ...(seen && { copies: seen }),
  });
  output.result(renderPoints(list, output.textWidth, seen));
  if (copies !== undefined && copies.answer === undefined) {
    output.note(`What the copies hold is not known: ${copies.why}.`);
  }
  return EXIT_CODES.done;
}

/** Undefined where there is none, or one of them is what is listed. */
async function askCopies(
  session: Session,
  stack: StackDescription,
): Promise<BriefAnswer<CopyList> | undefined> {
  if (stack.copies === undefined || stack.readFrom !== undefined) return undefined;
  const input = { stack, answerSeconds: COPY_SECONDS };
  const question = { stack, type: 'copies', prefix: 'copies', input } as const;
  return askBriefly<CopyList>(session, question, COPIES_MILLISECONDS);
}
