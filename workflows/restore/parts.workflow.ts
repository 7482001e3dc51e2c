import { ApplicationFailure, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import { progress } from '../messages';
import type { FailureDetails } from '../model/failure-type';
import type { RunReference } from '../model/run';
import type { StackDescription } from '../model/stack';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { hostActivities } from '../run/activities';
import { causeOf } from '../run/failures';
import { HoldDesk } from '../run/people/hold-desk';
import { RunPage } from '../run/run-page';
import { Steps } from '../run/steps';
import { tellFailures } from '../run/undo-on-failure';
import {
  workOnParts,
  type PartFrame,
  type PartItem,
  type PartOutputs,
  type PartWork,
} from './part-work';

/** What is done to a group of a run's parts. */
export interface PartsInput {
  readonly stack: StackDescription;
  /** Whose parts they are. */
  readonly run: RunReference;
  readonly pointId: string;
  readonly work: PartWork;
  readonly items: readonly PartItem[];
}

/**
 * Works on many parts of a run that restores them: their steps would be more than the history of the run can have. It ends as
 * a step does, with what came of each part, or with the failure of one; the run undoes.
 */
export async function parts(input: PartsInput): Promise<readonly PartOutputs[PartWork][]> {
  requireShape(requests.partsInput, input, 'the parts of a run');
  const { stack, run: reference, pointId, work, items } = input;
  const page = new RunPage(workflowInfo().workflowId, 'restore', stack.name);
  setHandler(progress, () => page.progress());
  // Where a step has failed, the run is held, and not this.
  const { take: step } = new Steps(page, new HoldDesk(reference.id, page), false);
  const frame = { stack, reference, act: hostActivities(stack), step, pointId };
  if (work === 'swapBack' || work === 'discard') return undoAll(frame, work, items);
  try {
    return await workOnParts(frame, work, items);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { type, message, evidence } = causeOf(error);
    const title = page.firstFailed(message)?.title;
    const details: FailureDetails = { evidence };
    throw ApplicationFailure.nonRetryable(
      title === undefined ? message : `${title}: ${message}`,
      type,
      details,
    );
  }
}

/** All of them in reverse, each on its own: one that cannot be undone holds up no other. */
async function undoAll(
  frame: PartFrame,
  work: 'swapBack' | 'discard',
  items: readonly PartItem[],
): Promise<readonly undefined[]> {
  const failures: string[] = [];
  for (const item of [...items].reverse()) {
    try {
      await workOnParts(frame, work, [item]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      failures.push(`${item.part.name}: ${causeOf(error).message}`);
    }
  }
  if (failures.length === 0) return items.map(() => undefined);
  throw ApplicationFailure.nonRetryable(tellFailures(failures), 'CompensationFailed');
}
