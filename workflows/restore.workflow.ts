import { CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { keptWorkflowId } from './messages';
import type { PlannedOutcome, RestoreOutcome } from './model/outcome';
import type { RestorePlan, RestorePlanPart } from './model/plans';
import type { ManifestSummary } from './model/recovery-point';
import type { RestoreInput } from './model/run';
import { suffixedName } from './model/restore-target';
import { WORKFLOW_TASK_QUEUE } from './model/stack';
import type { KeptInput } from './kept.workflow';
import { chooseParts, planRestore, type ChosenPart } from './plan/plan-restore';
import { concurrently } from './support/concurrently';
import { countRows } from './support/count-rows';
import { pageTime } from './support/markdown';
import { isObstacle, preconditionFailed } from './support/failures';
import { adoptPlan, now, planned, runbook, type Run } from './support/runbook';
import { undoOnFailure, type Undo } from './support/undo-on-failure';

const TARGETS_AT_ONCE = 4;

/** A part that is restored beside what it will replace, and proved equal to its manifest. */
interface ProvedPart extends RestorePlanPart {
  readonly proved: number;
}

/** Restores parts of a recovery point: beside what works, proved there, then swapped; the old is kept for a while. */
export async function restore(input: RestoreInput): Promise<RestoreOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const manifest = await findPoint(run, input);
    const chosen = chooseTargets(manifest, input);
    const plan = await makePlan(run, manifest, chosen);
    if (input.mode === 'plan') return planned(plan);

    requireConfirmation(input);
    run.page.enter('apply');
    run.stateIfItFailsNow = 'What was there before is in place and untouched.';
    const parts = await undoOnFailure(run, async (undo) => {
      const proved = await restoreBeside(run, plan, chosen, undo);
      return swapAll(run, proved, undo);
    });
    run.stateIfItFailsNow = 'What was restored is in place; what it replaced is kept beside it.';
    // All is swapped: whoever cancels now comes too late, and what is kept must find its keeper.
    const keptUntil = await CancellationScope.nonCancellable(async () => {
      await tidyUp(run, parts);
      return keepForAWhile(run, plan, parts);
    });
    return outcome(run, plan, parts, keptUntil);
  });
}

async function findPoint(run: Run, input: RestoreInput): Promise<ManifestSummary> {
  return run.step(
    'observe:point',
    'find the recovery point',
    (options) =>
      run.act.findRecoveryPoint.executeWithOptions(options, [
        { stack: run.stack, wanted: input.request.options.point },
      ]),
    ({ point }) => ({ detail: `${point.id}, taken ${pageTime(point.takenAt)}` }),
  );
}

function chooseTargets(manifest: ManifestSummary, input: RestoreInput): readonly ChosenPart[] {
  const runNumber = input.mode === 'plan' ? 'N' : input.number;
  const chosen = chooseParts(manifest, input.request.options, runNumber);
  if (isObstacle(chosen)) throw preconditionFailed(chosen);
  return chosen;
}

async function makePlan(
  run: Run,
  manifest: ManifestSummary,
  chosen: readonly ChosenPart[],
): Promise<RestorePlan> {
  const observed = await concurrently(chosen, TARGETS_AT_ONCE, ({ stored: { part }, target }) =>
    run.step(`observe:${part.name}`, `look at what ${part.name} replaces`, (options) =>
      run.act.observeRestoreTarget.executeWithOptions(options, [
        { stack: run.stack, part, target },
      ]),
    ),
  );
  run.page.enter('plan');
  return adoptPlan<'restore'>(run, planRestore(run.stack, manifest, chosen, observed));
}

/** The client asks; a schedule or a script that was not asked must not get past this either. */
function requireConfirmation({ request: { options, stack } }: RestoreInput): void {
  if (options.into !== undefined || options.confirmation === stack.name) return;
  throw preconditionFailed({
    obstacle: `restoring ${stack.name} to its place was not confirmed with the stack's name`,
    advice: `pawl restore --confirm=${stack.name}`,
  });
}

/** One part after the other: databases belong to roles, and the disk is the limit. */
async function restoreBeside(
  run: Run,
  plan: RestorePlan,
  chosen: readonly ChosenPart[],
  undo: Undo,
): Promise<readonly ProvedPart[]> {
  const proved: ProvedPart[] = [];
  for (const planned of plan.parts) {
    const { part, target } = planned;
    const stored = chosen.find((candidate) => candidate.stored.part.name === part.name)?.stored;
    if (stored === undefined) continue;
    undo.push(`discard:${part.name}`, `drop what was restored of ${part.name}`, (options) =>
      run.act.discardBeside.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    await run.step(
      `restore:${part.name}`,
      `restore ${part.name}`,
      (options) =>
        run.act.restorePart.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, stored, target },
        ]),
      ({ bytes }) => ({ bytes }),
    );
    proved.push({ ...planned, proved: await prove(run, plan, planned) });
  }
  return proved;
}

async function prove(
  run: Run,
  plan: RestorePlan,
  { part, target }: RestorePlanPart,
): Promise<number> {
  const proof = await run.step(
    `prove:${part.name}`,
    `prove ${part.name}`,
    (options) =>
      run.act.provePart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, pointId: plan.point.id, part, target },
      ]),
    ({ rows }) => ({ detail: `${countRows(part, rows)} equal` }),
  );
  return proof.proved;
}

async function swapAll(
  run: Run,
  parts: readonly ProvedPart[],
  undo: Undo,
): Promise<readonly ProvedPart[]> {
  const swapped: ProvedPart[] = [];
  for (const proved of parts) {
    const { part, target } = proved;
    undo.push(`swap-back:${part.name}`, `put the old ${part.name} back`, (options) =>
      run.act.swapBackPart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    const { kept } = await run.step(`swap:${part.name}`, `swap ${part.name}`, (options) =>
      run.act.swapPart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    swapped.push(kept ? withKept(proved) : proved);
  }
  return swapped;
}

/** The application may have made, since the plan, what was not there then: it is kept like all else. */
function withKept(proved: ProvedPart): ProvedPart {
  const { part, target } = proved;
  return { keepAs: suffixedName(part.engine, target.into, target.keepSuffix), ...proved };
}

/** Where nothing was replaced, an engine may have left the mark of a swap that is done (an empty folder). */
async function tidyUp(run: Run, swapped: readonly ProvedPart[]): Promise<void> {
  for (const { part, target, keepAs } of swapped) {
    if (keepAs !== undefined) continue;
    await run.act.discardKept.executeWithOptions({ summary: `tidy up after ${part.name}` }, [
      { stack: run.stack, run: run.reference, part, target },
    ]);
  }
}

/** What was replaced outlives this run: a workflow of its own drops it after its time, or when told to. */
async function keepForAWhile(
  run: Run,
  plan: RestorePlan,
  swapped: readonly ProvedPart[],
): Promise<string | undefined> {
  const parts = swapped.filter(({ keepAs }) => keepAs !== undefined);
  if (parts.length === 0) return undefined;
  const input: KeptInput = { stack: run.stack, run: run.reference, parts, since: now() };
  await startChild('kept', {
    workflowId: keptWorkflowId(run.reference.id),
    taskQueue: WORKFLOW_TASK_QUEUE,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `what ${run.reference.id} replaced`,
  });
  return new Date(Date.now() + plan.keepReplacedSeconds * 1000).toISOString();
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
    parts: parts.map(({ part, target, keepAs, bytes, rows, proved }) => ({
      name: part.name,
      into: target.into,
      ...(keepAs === undefined ? {} : { keptAs: keepAs }),
      bytes,
      rows,
      proved,
    })),
    ...(keptUntil === undefined ? {} : { keptUntil }),
  };
}
