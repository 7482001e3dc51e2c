import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { confirm } from './messages';
import type { RestorePlanPart } from './model/plans';
import type { RunReference } from './model/run';
import type { StackDescription } from './model/stack';
import { hostActivities } from './support/activities';

export interface KeptInput {
  readonly stack: StackDescription;
  readonly run: RunReference;
  readonly parts: readonly RestorePlanPart[];
  /** ISO 8601. */
  readonly since: string;
}

/** Keeps what a restore replaced until it is confirmed or its time is over; then drops it. Returns what was dropped. */
export async function kept(input: KeptInput): Promise<readonly string[]> {
  const { stack, run, parts } = input;
  const names = parts.map(({ keepAs, part }) => keepAs ?? part.name);
  let confirmedBy: string | undefined;
  let dropped = false;
  setHandler(confirm, async ({ by }) => {
    confirmedBy = by;
    await condition(() => dropped);
    return names;
  });
  setCurrentDetails(`Kept since ${input.since}: ${names.map((name) => `\`${name}\``).join(', ')}`);
  await condition(() => confirmedBy !== undefined, stack.restore.keepReplacedSeconds * 1000, {
    summary: 'until it is confirmed or its time is over',
  });

  const act = hostActivities(stack);
  for (const { part, target } of parts) {
    await act.discardKept.executeWithOptions({ summary: `drop the old ${part.name}` }, [
      { stack, run, part, target },
    ]);
  }
  dropped = true;
  await condition(allHandlersFinished);
  return names;
}
