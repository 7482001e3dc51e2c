import { type RunRequest, admissionOf } from '../catalogue';
import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureDetails, FailureType } from '../model/failure-type';
import { requireNotFrozen } from '../run/people/freeze';
import { requests } from '../requests/request-schema';
import { requireFormat, requireShape } from '../requests/require-shape';
import { jsonBytes } from '../run/telling-steps';
import type { StackQueue } from './stack-queue';

/** Running and waiting. More would be a loop somewhere, not people. */
const LONGEST_LINE = 100;

/** All that waits goes into one payload when the stack workflow continues as new, and Temporal takes 2 MiB. */
const LARGEST_REQUEST_BYTES = 512 * 1024;
const LARGEST_LINE_BYTES = 1.5 * 1024 ** 2;

/** Validates a submission. Throws what the client is told; what is refused here leaves no trace in history. */
export function refuseSubmission(stack: string, line: StackQueue, request: RunRequest): void {
  refuseTooLarge(stack, line, request);
  requireFormat(request);
  requireShape(requests.runRequest, request, 'the request');
  if (request.stack.name !== stack) {
    throw refusal(
      'PreconditionFailed',
      `${request.stack.name} was submitted to ${stack}`,
      'This is a bug of the client.',
    );
  }
  refuseFrozen(stack, line, request);
  requireNotFrozen(request, request.runbook);
  if (line.running.length + line.waiting.length >= LONGEST_LINE) {
    throw refusal(
      'ResourceBusy',
      `${LONGEST_LINE} runs of ${stack} are already running or waiting`,
      '`pawl status` shows them.',
    );
  }
}

/** Throws: ResourceBusy, with who froze it and why. */
export function refuseFrozen(
  stack: string,
  line: Pick<StackQueue, 'freezeMessage'>,
  { runbook }: Pick<RunRequest, 'runbook'>,
): void {
  if (line.freezeMessage === undefined || admissionOf(runbook) === 'beside') return;
  throw refusal(
    'ResourceBusy',
    `${stack} is ${line.freezeMessage}`,
    '`pawl unfreeze` admits runs again.',
  );
}

function refuseTooLarge(stack: string, line: StackQueue, request: RunRequest): void {
  const bytes = jsonBytes(request);
  if (bytes > LARGEST_REQUEST_BYTES) {
    throw refusal(
      'PreconditionFailed',
      `the description of ${stack} has ${bytes} bytes, and Temporal's history has no room for more than ${LARGEST_REQUEST_BYTES}`,
      'Make the stack file shorter, or two stacks of it.',
    );
  }
  const waiting = line.waiting.map((run) => jsonBytes(run.request));
  if (waiting.reduce((sum, one) => sum + one, bytes) > LARGEST_LINE_BYTES) {
    throw refusal(
      'ResourceBusy',
      `the queue of ${stack} is full: the descriptions of its ${waiting.length} waiting runs take all the room`,
      'Try again when some of them have started: `pawl status` shows them.',
    );
  }
}

function refusal(type: FailureType, message: string, advice: string): ApplicationFailure {
  const details: FailureDetails = { evidence: { advice } };
  return ApplicationFailure.nonRetryable(message, type, details);
}
