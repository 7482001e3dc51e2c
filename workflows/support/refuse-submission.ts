import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureEvidence, FailureType } from '../model/failure-type';
import { ADMISSION, type RunRequest } from '../model/run';
import type { StackQueue } from './stack-queue';

/** More would be a loop somewhere, not people. */
const LONGEST_LINE = 100;

/** Validates a submission. Throws what the client is told; what is refused here leaves no trace in history. */
export function refuseSubmission(stack: string, line: StackQueue, request: RunRequest): void {
  if (!Object.hasOwn(ADMISSION, request.runbook)) {
    throw refusal(
      'PreconditionFailed',
      `this worker knows no runbook ${request.runbook}`,
      'Upgrade the worker.',
    );
  }
  if (request.stack.name !== stack) {
    throw refusal(
      'PreconditionFailed',
      `${request.stack.name} was submitted to ${stack}`,
      'This is a bug of the client.',
    );
  }
  if (line.freezeMessage !== undefined) {
    throw refusal(
      'ResourceBusy',
      `${stack} is ${line.freezeMessage}`,
      'pawl unfreeze admits runs again.',
    );
  }
  if (line.waiting.length >= LONGEST_LINE) {
    throw refusal(
      'ResourceBusy',
      `${LONGEST_LINE} runs of ${stack} are waiting already`,
      'pawl status shows them.',
    );
  }
}

function refusal(type: FailureType, message: string, advice: string): ApplicationFailure {
  const evidence: FailureEvidence = { advice };
  return ApplicationFailure.nonRetryable(message, type, evidence);
}
