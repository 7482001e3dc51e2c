import type { RestoreOptions } from '../model/options';
import type { RunInput } from '../catalogue';
import { ParentClosePolicy, startChild, type ApplicationFailure } from '@temporalio/workflow';
import { keptWorkflowId } from '../messages';
import type { KeptInput } from '../model/kept';
import { describeObject, type LeftOut } from '../model/left-out';
import type { RestorePlan, RestorePlanPart } from '../model/plans';
import type { ManifestSummary, Part, PartSummary } from '../model/recovery-point';
import { suffixedName, type RestoreTarget } from '../model/restore-target';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import { stepId } from '../model/step-id';
import { chooseParts, type ChosenPart } from './choose-parts';
import { planRestore } from './plan-restore';
import { concurrently } from '../run/concurrently';
import { countRows } from '../run/count-rows';
import { isObstacle, preconditionFailed } from '../run/failures';
import { keyword } from '../run/keyword';
import { now } from '../run/now';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';

const TARGETS_AT_ONCE = 4;

/** Objects named in the audit record, of those that were left out; the run's outcome has them all. */
const REMARKED = 20;

/** A part that is restored beside what it will replace, and proved equal to its manifest. */
export interface ProvedPart extends RestorePlanPart {
  readonly proved: number;
  /** What its place cannot have as it was, in sentences. */
  readonly notes: readonly string[];
  readonly leftOut?: readonly LeftOut[];
}

/** Which parts of which recovery point go where. */
export interface LookedAtData {
  readonly chosen: readonly ChosenPart[];
  readonly plan: Omit<RestorePlan, 'hash'>;
}

/** Throws: PreconditionFailed where there is no such point, or it cannot be restored. */
export async function lookAtData(
  run: Run,
  wanted: RestoreOptions,
  mode: RunInput['mode'],
): Promise<LookedAtData> {
  const manifest = await findPoint(run, wanted);
  const chosen = chooseTargets(run, manifest, wanted, mode);
  const observed = await concurrently(chosen, TARGETS_AT_ONCE, ({ stored, target }) =>
    run.step(
      stepId('observe', stored.part.name),
      `look at what ${stored.part.name} replaces`,
      (options) =>
        run.act.observeRestoreTarget.executeWithOptions(options, [
          { stack: run.stack, part: stored.part, target, ...dumpToAsk(stored, target) },
        ]),
    ),
  );
  const plan = planRestore(run.stack, manifest, chosen, observed);
  if (isObstacle(plan)) throw preconditionFailed(plan);
  return { chosen, plan };
}

function dumpToAsk({ snapshotId, path }: PartSummary, { leaveOut }: RestoreTarget) {
  return leaveOut === undefined ? {} : { stored: { snapshotId, path } };
}

async function findPoint(run: Run, wanted: RestoreOptions): Promise<ManifestSummary> {
  return run.step(
    'observe-point',
    'find the recovery point',
    (options) =>
      run.act.findRecoveryPoint.executeWithOptions(options, [{ stack: run.stack, wanted }]),
    ({ point }) => ({ detail: `${point.id}, taken ${point.takenAt}` }),
  );
}

function chooseTargets(
  { stack, reference }: Run,
  manifest: ManifestSummary,
  wanted: RestoreOptions,
  mode: RunInput['mode'],
): readonly ChosenPart[] {
  const chosen = chooseParts(stack, manifest, wanted, mode === 'plan' ? 'N' : reference.number);
  if (isObstacle(chosen)) throw preconditionFailed(chosen);
  return chosen;
}

export function unconfirmed(stack: string, places: readonly string[]): ApplicationFailure {
  return preconditionFailed({
    obstacle: `restoring into ${places.join(', ') || 'the server'} was not confirmed with the stack's name`,
    advice: `pawl restore --confirm=${stack}, or --into a name or folder that is free`,
  });
}

/** One part after the other: databases belong to roles, and the disk is the limit. */
export async function restoreBeside(
  run: Run,
  { chosen, plan }: LookedAtData,
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
    const { notes, leftOut, unproved } = await run.step(
      stepId('restore', part.name),
      `restore ${part.name}`,
      (options) =>
        run.act.restorePart.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, pointId: plan.point.id, stored, target },
        ]),
      ({ bytes, notes: [detail] }) => ({ bytes, ...(detail === undefined ? {} : { detail }) }),
    );
    if (leftOut !== undefined) run.remarks.push(remark(part, leftOut));
    proved.push({
      ...{ ...planned, notes, proved: await prove(run, plan, planned, unproved) },
      ...(leftOut === undefined ? {} : { leftOut }),
    });
  }
  return proved;
}

/** For the audit record. */
function remark(part: Part, leftOut: readonly LeftOut[]): string {
  const named = leftOut.slice(0, REMARKED).map(describeObject).join(', ');
  const more = leftOut.length > REMARKED ? ` and ${leftOut.length - REMARKED} more` : '';
  return `left out of ${part.name}: ${named}${more}`;
}

async function prove(
  run: Run,
  plan: LookedAtData['plan'],
  { part, target }: RestorePlanPart,
  unproved: readonly string[] | undefined,
): Promise<number> {
  const proof = await run.step(
    stepId('prove', part.name),
    `prove ${part.name}`,
    (options) =>
      run.act.provePart.executeWithOptions(options, [
        {
          ...{ stack: run.stack, run: run.reference, pointId: plan.point.id, part, target },
          ...(unproved === undefined ? {} : { unproved }),
        },
      ]),
    ({ rows }) => ({ detail: `${countRows(part, rows)} equal` }),
  );
  return proof.proved;
}

/** `isConfirmed`: with the stack's name; without it nothing may be replaced. */
export async function swapAll(
  run: Run,
  parts: readonly ProvedPart[],
  undo: Undo,
  isConfirmed: boolean,
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
    if (kept && proved.keepAs === undefined && !isConfirmed) {
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
  plan: LookedAtData['plan'],
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

/** After the swap: what was replaced finds its keeper. Returns until when it is kept; undefined where nothing was replaced. */
export async function keepReplaced(
  run: Run,
  plan: LookedAtData['plan'],
  swapped: readonly ProvedPart[],
): Promise<string | undefined> {
  const until = await keepForAWhile(run, plan, swapped);
  await tidyUp(run, swapped);
  return until;
}
