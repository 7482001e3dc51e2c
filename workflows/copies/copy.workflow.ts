import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { copyNow, copyTrouble } from '../messages';
import type { CopyInput, CopyOutcome, CopyTrouble } from '../model/copy';
import { causeOf } from '../run/failures';
import { hashJson } from '../run/hash-plan';
import { now } from '../run/now';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { copyingActivities } from './copying';

/** After the first failure, three times as long after each further one. */
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 30 * 60;

/**
 * Copies what a copy lacks until it lacks nothing. Stands in no queue: a copy that is away holds nothing up, and is caught up
 * when it is back. Woken by each point that is stored, and by `pawl copy`, with the stack file of then.
 */
export async function copy(input: CopyInput): Promise<CopyOutcome> {
  requireShape(requests.copyInput, input, 'what is to be copied');
  const keeper: Keeper = { asked: input, wakes: 0, trouble: input.carried };
  setHandler(copyTrouble, () => keeper.trouble ?? null);
  setHandler(copyNow, (given) => {
    // A signal has no answer: what is none is not taken, and nothing else changes.
    if (requests.copyInput.safeParse(given).error !== undefined) return;
    const isSame = hashJson(given.stack) === hashJson(keeper.asked.stack);
    keeper.asked = given;
    keeper.wakes += 1;
    // It may say another address, or another password.
    if (!isSame) keeper.attempt?.cancel();
  });

  const copied: string[] = [];
  for (;;) {
    const { wakes } = keeper;
    const outcome = await tryOnce(keeper);
    if (outcome !== undefined) {
      keeper.trouble = undefined;
      copied.push(...outcome.copied);
      if (keeper.wakes === wakes) return { ...outcome, copied };
    } else {
      await condition(() => keeper.wakes !== wakes, waitSeconds(keeper) * 1000);
    }
    if (workflowInfo().continueAsNewSuggested) await goOn(keeper);
  }
}

/** A copy may be away for longer than any build lives: it moves on, and what changes in it is guarded by `patched()`. */
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, copy);

interface Keeper {
  asked: CopyInput;
  /** How often it was woken. */
  wakes: number;
  trouble: CopyTrouble | undefined;
  /** The one under way, or the last one. */
  attempt?: CancellationScope;
}

/** Undefined when it failed, which is `keeper.trouble` then, or when another stack file came. */
async function tryOnce(keeper: Keeper): Promise<CopyOutcome | undefined> {
  const { stack, copy: name, acceptAnother } = keeper.asked;
  keeper.attempt = new CancellationScope();
  try {
    return await keeper.attempt.run(() =>
      copyingActivities(stack).copyPoints.executeWithOptions({ summary: `copy to ${name}` }, [
        { stack, copy: name, ...(acceptAnother === true && { acceptAnother }) },
      ]),
    );
  } catch (error) {
    if (!isCancellation(error)) keeper.trouble = troubled(keeper.trouble, error);
    else if (CancellationScope.current().consideredCancelled) throw error;
    return undefined;
  }
}

function troubled(before: CopyTrouble | undefined, error: unknown): CopyTrouble {
  const { message, evidence } = causeOf(error);
  const { advice } = evidence;
  const last = now();
  return {
    reason: message,
    ...(advice !== undefined && { advice }),
    tries: (before?.tries ?? 0) + 1,
    since: before?.since ?? last,
    last,
  };
}

function waitSeconds({ trouble }: Keeper): number {
  const tries = trouble?.tries ?? 1;
  return Math.min(FIRST_WAIT_SECONDS * 3 ** (tries - 1), LONGEST_WAIT_SECONDS);
}

async function goOn({ asked, trouble }: Keeper): Promise<never> {
  const { stack, copy: name } = asked;
  return continueAsNew<typeof copy>({ stack, copy: name, ...(trouble && { carried: trouble }) });
}
