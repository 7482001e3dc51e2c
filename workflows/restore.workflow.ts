import {
  CancellationScope,
  ParentClosePolicy,
  startChild,
  type ApplicationFailure,
} from '@temporalio/workflow';
import { keptWorkflowId } from './messages';
import type { KeptInput } from './model/kept';
import type { PlannedOutcome, RestoreOutcome } from './model/outcome';
import type { RestorePlan, RestorePlanPart } from './model/plans';
import type { ManifestSummary } from './model/recovery-point';
import type { RestoreInput } from './model/run';
import { suffixedName } from './model/restore-target';
import { stepId } from './model/step-id';
import { SEARCH_ATTRIBUTES } from './model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from './model/stack';
import { chooseParts, type ChosenPart } from './plan/choose-parts';
import { needsName, planRestore } from './plan/plan-restore';
import { requireApproval } from './support/approvals';
import { concurrently } from './support/concurrently';
import { countRows } from './support/count-rows';
import { pageTime } from './support/markdown';
import { isObstacle, preconditionFailed } from './support/failures';
import { keyword } from './support/keyword';
import { now } from './support/now';
import { adoptPlan, planned, runbook, type Run } from './support/runbook';
import { undoOnFailure, type Undo } from './support/undo-on-failure';

const TARGETS_AT_ONCE = 4;

/** A part that is restored beside what it will replace, and proved equal to its manifest. */
interface ProvedPart extends RestorePlanPart {
  readonly proved: number;
  /** What its place cannot have as it was, in sentences. */
  readonly notes: readonly string[];
}

/** Restores parts of a recovery point: beside what works, proved there, then swapped; the old is kept for a while. */
export async function restore(input: RestoreInput): Promise<RestoreOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const manifest = await findPoint(run, input);
    const chosen = chooseTargets(manifest, input);
    const plan = await makePlan(run, manifest, chosen);
    if (input.mode === 'plan') return planned(plan);

    requireConfirmation(input, plan);
    await requireApproval(run, plan);
    run.page.enter('apply');
    run.stateIfItFailsNow = 'What was there before is in place and untouched.';
    const parts = await undoOnFailure(run, async (undo) => {
      const proved = await restoreBeside(run, plan, chosen, undo);
      return swapAll(run, input, proved, undo);
    });
    run.stateIfItFailsNow = 'What was restored is in place; what it replaced is kept beside it.';
    // All is swapped: whoever cancels now comes too late, and what is kept must find its keeper.
    const keptUntil = await CancellationScope.nonCancellable(async () => {
      const until = await keepForAWhile(run, plan, parts);
      await tidyUp(run, parts);
      return until;
    });
    return outcome(run, plan, parts, keptUntil);
  });
}

async function findPoint(run: Run, input: RestoreInput): Promise<ManifestSummary> {
  return run.step(
    'observe-point',
    'find the recovery point',
    (options) =>
      run.act.findRecoveryPoint.executeWithOptions(options, [
        { stack: run.stack, wanted: input.request.options },
      ]),
    ({ point }) => ({ detail: `${point.id}, taken ${pageTime(point.takenAt)}` }),
  );
}

function chooseTargets(manifest: ManifestSummary, input: RestoreInput): readonly ChosenPart[] {
  const runNumber = input.mode === 'plan' ? 'N' : input.number;
  const chosen = chooseParts(input.request.stack, manifest, input.request.options, runNumber);
  if (isObstacle(chosen)) throw preconditionFailed(chosen);
  return chosen;
}

async function makePlan(
  run: Run,
  manifest: ManifestSummary,
  chosen: readonly ChosenPart[],
): Promise<RestorePlan> {
  const observed = await concurrently(chosen, TARGETS_AT_ONCE, ({ stored: { part }, target }) =>
    run.step(stepId('observe', part.name), `look at what ${part.name} replaces`, (options) =>
      run.act.observeRestoreTarget.executeWithOptions(options, [
        { stack: run.stack, part, target },
      ]),
    ),
  );
  run.page.enter('plan');
  return adoptPlan<'restore'>(run, planRestore(run.stack, manifest, chosen, observed));
}

/** The client asks; what it was not asked for, such as a place taken since its plan, must not get past this either. */
function requireConfirmation(input: RestoreInput, plan: RestorePlan): void {
  const { stack } = input.request;
  if (isConfirmed(input) || !needsName(stack, plan)) return;
  const replaced = plan.parts.filter(({ keepAs }) => keepAs !== undefined);
  const places = (replaced.length > 0 ? replaced : plan.parts).map(({ target }) => target.into);
  throw unconfirmed(stack.name, [...new Set(places.filter((place) => place !== ''))]);
}

function isConfirmed({ request: { options, stack } }: RestoreInput): boolean {
  return options.confirmation === stack.name;
}

function unconfirmed(stack: string, places: readonly string[]): ApplicationFailure {
  return preconditionFailed({
    obstacle: `restoring into ${places.join(', ') || 'the server'} was not confirmed with the stack's name`,
    advice: `pawl restore --confirm=${stack}, or --into a name or folder that is free`,
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
    undo.push(stepId('discard', part.name), `drop what was restored of ${part.name}`, (options) =>
      run.act.discardBeside.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    const { notes } = await run.step(
      stepId('restore', part.name),
      `restore ${part.name}`,
      (options) =>
        run.act.restorePart.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, pointId: plan.point.id, stored, target },
        ]),
      ({ bytes, notes: [detail] }) => ({ bytes, ...(detail === undefined ? {} : { detail }) }),
    );
    proved.push({ ...planned, notes, proved: await prove(run, plan, planned) });
  }
  return proved;
}

async function prove(
  run: Run,
  plan: RestorePlan,
  { part, target }: RestorePlanPart,
): Promise<number> {
  const proof = await run.step(
    stepId('prove', part.name),
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
  input: RestoreInput,
  parts: readonly ProvedPart[],
  undo: Undo,
): Promise<readonly ProvedPart[]> {
  const swapped: ProvedPart[] = [];
  for (const proved of parts) {
    const { part, target } = proved;
    undo.push(stepId('swap-back', part.name), `put the old ${part.name} back`, (options) =>
      run.act.swapBackPart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    const { kept } = await run.step(stepId('swap', part.name), `swap ${part.name}`, (options) =>
      run.act.swapPart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, part, target },
      ]),
    );
    if (kept && proved.keepAs === undefined && !isConfirmed(input)) {
      throw unconfirmed(run.stack.name, [target.into]);
    }
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
  const until = new Date(Date.now() + plan.keepReplacedSeconds * 1000).toISOString();
  const input: KeptInput = { stack: run.stack, run: run.reference, parts, since: now(), until };
  await startChild('kept', {
    workflowId: keptWorkflowId(run.reference.id),
    taskQueue: WORKFLOW_TASK_QUEUE,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `what ${run.reference.id} replaced`,
    typedSearchAttributes: [
      keyword(SEARCH_ATTRIBUTES.stack, run.stack.name),
      keyword(SEARCH_ATTRIBUTES.host, run.stack.host),
    ],
  });
  return until;
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
    parts: parts.map(({ part, target, keepAs, bytes, rows, proved, notes }) => ({
      name: part.name,
      into: target.into,
      ...(keepAs === undefined ? {} : { keptAs: keepAs }),
      bytes,
      rows,
      proved,
      notes,
    })),
    ...(keptUntil === undefined ? {} : { keptUntil }),
  };
}
