import type { CopyList, SeenCopy } from '../../workflows/model/copy';
import type { CopyDescription } from '../../workflows/model/stack';
import { lackingPoints } from '../../workflows/model/lacking-points';
import type { ListedPoint } from '../../workflows/model/recovery-point';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { untilAborted } from '../ports/until-aborted';
import { runStep, type StepInput } from '../frame/run-step';
import { lookAtPoints } from './look-at-points';
import { ofCopy } from '../frame/of-copy';

export interface CompareCopiesInput extends StepInput {
  /** How long each copy is waited for; a person waits for the answer. */
  readonly answerSeconds: number;
}

/** A list for a person: of more points than that, the newest are named. */
const MOST_NAMED = 1000;

/**
 * Looks at the stack's own repository and at each of its copies at once: which points each copy lacks. A copy that cannot be
 * read is an answer, and no failure.
 * Shape:  { stack, answerSeconds } → { copies }, in the stack file's order
 * Retry:  safe; reads only
 * Throws: as the stack's own repository
 */
export const compareCopies =
  (ports: Ports) =>
  (input: CompareCopiesInput): Promise<CopyList> =>
    runStep(ports, input, { phase: 'look at copies' }, async (attempt, site) => {
      const { stack } = input;
      const own = ports.openRepository(site, stack.repository);
      const [{ points }, ...copied] = await Promise.all([
        lookAtPoints(own, stack.name, attempt),
        ...(stack.copies ?? []).map((copy) => seenCopy(ports, site, copy, input, attempt)),
      ]);
      return { copies: copied.map((copy) => judged(copy, points)) };
    });

type Seen =
  | { readonly name: string; readonly points: readonly ListedPoint[] }
  | { readonly name: string; readonly away: string };

async function seenCopy(
  ports: Ports,
  site: Site,
  copy: CopyDescription,
  { stack, answerSeconds }: CompareCopiesInput,
  attempt: Attempt,
): Promise<Seen> {
  const { name } = copy;
  const patience = AbortSignal.timeout(answerSeconds * 1000);
  const signal = AbortSignal.any([attempt.signal, patience]);
  const repository = ports.openRepository(site, copy);
  try {
    const { points } = await ofCopy(copy, () =>
      untilAborted(patience, () => lookAtPoints(repository, stack.name, { ...attempt, signal })),
    );
    return { name, points };
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (error === patience.reason) return { name, away: `no answer within ${answerSeconds} s` };
    if (error instanceof AdapterError) return { name, away: error.message };
    throw error;
  }
}

function judged(seen: Seen, own: readonly ListedPoint[]): SeenCopy {
  if ('away' in seen) return { ...seen, held: [], lacking: [] };
  const { points } = lackingPoints(own, seen.points);
  const held = seen.points.filter(({ missing }) => missing === 0).map(({ runKey }) => runKey);
  const lacking = points.slice(0, MOST_NAMED).map(({ id, takenAt }) => ({ id, takenAt }));
  return { name: seen.name, held: held.slice(0, MOST_NAMED), lacking };
}
