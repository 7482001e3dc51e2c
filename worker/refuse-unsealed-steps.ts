import { ApplicationFailure } from '@temporalio/common';
import type { Info } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { FailureDetails } from '../workflows/model/failure-type';
import { answered, askingOf, findMark, isAsked, isMark, UNSEALED } from '../workflows/model/seal';

/**
 * Stands before every step: lets through what a workflow of this installation asked for, in this very execution, as this very
 * step. Anything else fails at once and for good. What the step answers is told from no answer.
 */
export function refuseUnsealedSteps({
  acceptUnsealed,
}: {
  readonly acceptUnsealed: boolean;
}): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const args = openStep(info, input.args, acceptUnsealed);
        return answered(await next({ ...input, args: [...args] }));
      },
    },
  });
}

function openStep(info: Info, given: readonly unknown[], acceptUnsealed: boolean) {
  const { activityType, workflowExecution } = info;
  const heartbeatDetails: unknown = info.heartbeatDetails;
  const mark = findMark(given);
  if (mark !== undefined) throw refusal(activityType, mark[UNSEALED]);
  if (isMark(heartbeatDetails)) {
    throw refusal(activityType, `of its progress: ${heartbeatDetails[UNSEALED]}`);
  }
  const [envelope] = given;
  if (!isAsked(envelope)) {
    if (acceptUnsealed && given.length > 0) return given;
    throw refusal(activityType, 'it is not sealed');
  }
  const { message, run, reset } = askingOf(envelope);
  if (message !== activityType) throw refusal(activityType, 'it was sealed as another step');
  if (run !== workflowExecution?.runId) throw refusal(activityType, 'another run asked for it');
  if (reset === true) throw refusal(activityType, 'its run was reset; make a new one instead');
  return envelope.args;
}

function refusal(step: string, reason: string): ApplicationFailure {
  const advice = 'What is asked through `pawl`, with the key of this installation, is done.';
  const details: FailureDetails = { evidence: { advice } };
  const message = `step ${step} is refused: ${reason}`;
  return ApplicationFailure.nonRetryable(message, 'PreconditionFailed', details);
}
