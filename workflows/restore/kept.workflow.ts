import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { confirm, keptState } from '../messages';
import type { KeptInput, KeptState } from '../model/kept';
import { keeperActivities } from '../run/activities';
import { KeptParts } from './kept-parts';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** A client waits a little longer than this for the answer to its `confirm`. */
const ANSWER_WITHIN = '100 seconds';

/**
 * Keeps what a restore replaced until it is confirmed or its time is over, then drops it: part by part, for as long as it
 * takes. Depends on nothing of the restore, which has ended. Cancelled, it drops nothing more.
 */
export async function kept(input: KeptInput): Promise<KeptState> {
  requireShape(requests.keptInput, input, 'what is kept');
  const parts = new KeptParts(input);
  setHandler(keptState, () => parts.state());
  const confirmed = async ({ by }: { readonly by: string }): Promise<KeptState> => {
    parts.confirm(by);
    await condition(() => parts.settled, ANSWER_WITHIN);
    return parts.state();
  };
  setHandler(confirm, confirmed, {
    validator: (asked) => {
      requireShape(requests.byPerson, asked, 'the confirmation');
    },
  });

  if (input.carried === undefined) {
    await condition(() => parts.confirmed, Math.max(1, Date.parse(input.until) - Date.now()));
  }
  const allDropped = await dropAll(input, parts);
  await condition(allHandlersFinished);
  if (allDropped) return parts.state();
  return continueAsNew<typeof kept>({ ...input, carried: parts.state() });
}

/** False when the history is long before all is dropped: the dropping goes on in another execution. */
async function dropAll({ stack }: KeptInput, parts: KeptParts): Promise<boolean> {
  const scope = new CancellationScope();
  const dropping = scope.run(async () => {
    await parts.dropAll(keeperActivities(stack));
    return 'dropped';
  });
  // Whoever waits for an answer gets it from this execution.
  const tooLong = condition(() => workflowInfo().continueAsNewSuggested && allHandlersFinished());
  const ended = await Promise.race([dropping, tooLong.then(() => 'history is long')]);
  if (ended === 'dropped') return true;
  scope.cancel();
  await dropping.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return parts.allDropped;
}
