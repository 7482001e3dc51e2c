import type { InputOf } from '../catalogue';
import { CancellationScope } from '@temporalio/workflow';
import type { PlannedOutcome, RestoreOutcome } from '../model/outcome';
import type { RestorePlan } from '../model/plans';
import { needsName } from './plan-restore';
import { requireApproval } from '../run/people/approvals';
import {
  keepReplaced,
  lookAtData,
  restoreBeside,
  swapAll,
  unconfirmed,
  type ProvedPart,
} from './restore-parts';
import { takePlan, planned, runbook, type Run } from '../run/runbook';
import { undoOnFailure } from '../run/undo-on-failure';

/** Restores parts of a recovery point: beside what works, proved there, then swapped; the old is kept for a while. */
export async function restore(input: InputOf<'restore'>): Promise<RestoreOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const looked = await lookAtData(run, input.request.options, input.mode);
    run.page.enter('plan');
    const plan = takePlan<'restore'>(run, looked.plan);
    if (input.mode === 'plan') return planned(plan);

    requireConfirmation(input, plan);
    await requireApproval(run, plan);
    run.page.enter('apply');
    run.stateIfItFailsNow = 'What was there before is in place and untouched.';
    const parts = await undoOnFailure(run, async (undo) => {
      const proved = await restoreBeside(run, looked, undo);
      return swapAll(run, plan, proved, undo, isConfirmed(input));
    });
    run.stateIfItFailsNow = 'What was restored is in place; what it replaced is kept beside it.';
    // All is swapped: whoever cancels now comes too late, and what is kept must find its keeper.
    const keptUntil = await CancellationScope.nonCancellable(() => keepReplaced(run, plan, parts));
    return outcome(run, plan, parts, keptUntil);
  });
}

/** The client asks; what it was not asked for, such as a place taken since its plan, must not get past this either. */
function requireConfirmation(input: InputOf<'restore'>, plan: RestorePlan): void {
  const { stack } = input.request;
  if (isConfirmed(input) || !needsName(stack, plan)) return;
  const replaced = plan.parts.filter(({ keepAs }) => keepAs !== undefined);
  const places = (replaced.length > 0 ? replaced : plan.parts).map(({ target }) => target.into);
  throw unconfirmed(stack.name, [...new Set(places.filter((place) => place !== ''))]);
}

function isConfirmed({ request: { options, stack } }: InputOf<'restore'>): boolean {
  return options.confirmation === stack.name;
}

function outcome(
  run: Run,
  plan: RestorePlan,
  parts: readonly ProvedPart[],
  keptUntil: string | undefined,
): RestoreOutcome {
  return {
    state: 'done',
    runbook: 'restore',
    run: run.reference.id,
    point: plan.point,
    parts: parts.map(({ part, target, keepAs, bytes, rows, proved, notes, leftOut }) => ({
      name: part.name,
      into: target.into,
      ...(keepAs === undefined ? {} : { keptAs: keepAs }),
      bytes,
      rows,
      proved,
      notes,
      ...(leftOut === undefined ? {} : { leftOut }),
    })),
    ...(keptUntil === undefined ? {} : { keptUntil }),
  };
}
