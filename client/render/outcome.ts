import type { RunOutcome } from '../../workflows/catalogue';
import type { PlannedOutcome } from '../../workflows/model/outcome';
import { rendererOf } from '../runbooks/renderers';
import type { KeptFate } from '../temporal/kept-list';

/** What a run that is done came to, with the next command. */
export function renderOutcome(
  outcome: Exclude<RunOutcome, PlannedOutcome>,
  width = Infinity,
  replaced: KeptFate = 'kept',
): string {
  return rendererOf(outcome.runbook).renderOutcome(outcome, width, replaced);
}
