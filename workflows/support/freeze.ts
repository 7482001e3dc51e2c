import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureEvidence } from '../model/failure-type';
import type { RunbookName } from '../model/runbook-name';
import { freezeWords, frozenBy } from '../plan/freeze-calendar';
import type { Run } from './runbook';

export const DESPITE_FREEZE =
  '`freeze` in the stack file says when; `--despite-freeze "why"` starts it nevertheless.';

/** For a run that has waited: in the queue, or for people. */
export function requireNotFrozen({ stack, despiteFreeze }: Run, runbook: RunbookName): void {
  const window = frozenBy(stack.freeze, runbook, new Date());
  if (window === undefined || despiteFreeze !== undefined) return;
  const evidence: FailureEvidence = { advice: DESPITE_FREEZE };
  throw ApplicationFailure.nonRetryable(
    `${stack.name} is frozen: ${freezeWords(window)}`,
    'ResourceBusy',
    evidence,
  );
}
