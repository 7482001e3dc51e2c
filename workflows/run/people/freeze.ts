import { type RunRequest, type RunbookName, governorOf } from '../../catalogue';
import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureDetails } from '../../model/failure-type';
import { freezeWords, frozenBy } from './freeze-calendar';

/** When it is asked for, and again when it has waited in the queue or for people. Throws: ResourceBusy, with the reason. */
export function requireNotFrozen(
  {
    stack,
    despiteFreeze,
  }: Pick<RunRequest, 'stack'> & { readonly despiteFreeze?: string | undefined },
  runbook: RunbookName,
): void {
  const window = frozenBy(stack.freeze, governorOf(runbook), new Date());
  if (window === undefined || despiteFreeze !== undefined) return;
  const advice = '`freeze` in the stack file says when; `--despite-freeze "why"` starts it anyway.';
  const details: FailureDetails = { evidence: { advice } };
  throw ApplicationFailure.nonRetryable(
    `${stack.name} is frozen: ${freezeWords(window)}`,
    'ResourceBusy',
    details,
  );
}
