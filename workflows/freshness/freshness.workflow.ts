import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  setWorkflowOptions,
} from '@temporalio/workflow';
import { watchStack } from '../messages';
import { audienceOf } from '../model/audience';
import type { FreshnessState } from '../model/freshness';
import type { StackDescription } from '../model/stack';
import { watchActivities } from '../run/activities';
import { causeOf } from '../run/failures';
import { now } from '../run/now';
import { tell } from '../run/people/tell';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { judgeFreshness, judgeWaitSeconds } from './judge-freshness';

/** What the keeper of a stack's freshness is started with. */
export interface FreshnessInput {
  readonly stack: StackDescription;
  /** Present when this execution continues an earlier one. */
  readonly carried?: FreshnessState;
}

/** What an execution does before the next one: a history stays short. */
const LOOKS = 100;

/**
 * Looks at a stack's recovery points again and again, and has people told when the newest is too old: also when nothing runs
 * at all. Lives until the stack file no longer wants it.
 */
export async function freshness(input: FreshnessInput): Promise<void> {
  requireShape(requests.freshnessInput, input, 'the freshness of a stack');
  let { stack } = input;
  let state = input.carried ?? { watchedSince: now() };
  let isNew = false;
  setHandler(watchStack, (description) => {
    requireShape(requests.freshnessInput, { stack: description }, 'the freshness of a stack');
    stack = description;
    isNew = true;
  });
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (stack.freshness === undefined) return;
    isNew = false;
    state = await look(stack, state);
    await condition(() => isNew, judgeWaitSeconds(stack.freshness) * 1000);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof freshness>({ stack, carried: state });
}

/** It lives longer than any build, as the stack's own workflow does: what changes in it is guarded by `patched()`. */
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, freshness);

async function look(stack: StackDescription, before: FreshnessState): Promise<FreshnessState> {
  const seen = await see(stack, before);
  const { freshness: limits } = stack;
  if (limits === undefined) return seen;
  const { state, notice } = judgeFreshness(
    { stack: stack.name, host: stack.host },
    limits,
    seen,
    Date.now(),
  );
  const audience = audienceOf(stack);
  if (notice !== undefined && audience !== undefined) {
    await tell(audience, notice, `${stack.name}/0/${notice.event}-${Date.now()}`);
  }
  return state;
}

/** Where nobody answers, what was seen before still counts. */
async function see(stack: StackDescription, before: FreshnessState): Promise<FreshnessState> {
  const { unseen, ...rest } = before;
  try {
    const seen = await watchActivities(stack).observeFreshness({ stack });
    return { ...rest, seen };
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const since = unseen?.since ?? now();
    return { ...rest, unseen: { since, reason: causeOf(error).message } };
  }
}
