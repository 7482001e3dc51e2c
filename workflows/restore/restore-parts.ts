import type { RestoreOptions } from '../model/options';
import type { RunInput } from '../catalogue';
import { ParentClosePolicy, startChild, type ApplicationFailure } from '@temporalio/workflow';
import { keptWorkflowId } from '../messages';
import type { KeptInput } from '../model/kept';
import { describeObject, type LeftOut } from '../model/left-out';
import type { RestorePlan, RestorePlanPart } from '../model/plans';
import type { ManifestSummary, Part } from '../model/recovery-point';
import { suffixedName } from '../model/restore-target';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import { chooseParts, type ChosenPart } from './choose-parts';
import {
  discardStep,
  groupParts,
  observeStep,
  restoreSteps,
  swapBackStep,
  swapStep,
} from './plan-groups';
import { workOnParts, type BroughtPart, type PartFrame, type PartItem } from './part-work';
import { planRestore, type ObservedTarget } from './plan-restore';
import { undoingGroup, workOnGroup } from './work-on-group';
import { isObstacle, preconditionFailed } from '../run/failures';
import { keyword } from '../run/keyword';
import { now } from '../run/now';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';

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
  const observed = await observeTargets({ ...run, pointId: manifest.point.id }, chosen);
  const plan = planRestore(run.stack, manifest, chosen, observed);
  if (isObstacle(plan)) throw preconditionFailed(plan);
  return { chosen, plan };
}

async function observeTargets(
  frame: PartFrame,
  chosen: readonly ChosenPart[],
): Promise<readonly ObservedTarget[]> {
  const items = chosen.map(itemOf);
  const groups = groupParts(items);
  if (groups.every(({ only }) => only !== undefined)) return workOnParts(frame, 'observe', items);
  const observed: ObservedTarget[] = [];
  for (const group of groups) {
    observed.push(...(await workOnGroup(frame, 'observe', group, observeStep(group))));
  }
  return observed;
}

async function findPoint(run: Run, wanted: RestoreOptions): Promise<ManifestSummary> {
  return run.step(
    { id: 'observe-point', title: 'find the recovery point' },
    (options) =>
      run.act.findRecoveryPoint.executeWithOptions(options, [{ stack: run.stack, wanted }]),
    { detail: ({ point }) => ({ detail: `${point.id}, taken ${point.takenAt}` }) },
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
  const frame = { ...run, pointId: plan.point.id };
  const brought: BroughtPart[] = [];
  for (const group of groupParts(chosen.map(itemOf))) {
    undo.push(discardStep(group), undoingGroup(frame, 'discard', group));
    const [step] = restoreSteps(group);
    brought.push(...(await workOnGroup(frame, 'restore', group, step)));
  }
  // A plan has its parts in the order in which they were chosen.
  return plan.parts.flatMap((planned, index) => {
    const part = brought[index];
    if (part === undefined) return [];
    if (part.leftOut !== undefined) run.remarks.push(remark(planned.part, part.leftOut));
    const { proved, notes, leftOut } = part;
    return { ...planned, notes, proved, ...(leftOut === undefined ? {} : { leftOut }) };
  });
}

function itemOf({ stored, target }: ChosenPart): PartItem {
  return { part: stored.part, target, stored };
}

/** For the audit record. */
function remark(part: Part, leftOut: readonly LeftOut[]): string {
  const named = leftOut.slice(0, REMARKED).map(describeObject).join(', ');
  const more = leftOut.length > REMARKED ? ` and ${leftOut.length - REMARKED} more` : '';
  return `left out of ${part.name}: ${named}${more}`;
}

/** `isConfirmed`: with the stack's name; without it nothing may be replaced. */
export async function swapAll(
  run: Run,
  plan: Pick<LookedAtData['plan'], 'point'>,
  parts: readonly ProvedPart[],
  undo: Undo,
  isConfirmed: boolean,
): Promise<readonly ProvedPart[]> {
  const frame = { ...run, pointId: plan.point.id };
  const swapped: ProvedPart[] = [];
  for (const group of groupParts(parts)) {
    undo.push(swapBackStep(group), undoingGroup(frame, 'swapBack', group));
    const outputs = await workOnGroup(frame, 'swap', group, swapStep(group));
    for (const [index, proved] of group.parts.entries()) {
      const { kept = false, notes = [] } = outputs[index] ?? {};
      if (kept && proved.keepAs === undefined && !isConfirmed) {
        throw unconfirmed(run.stack.name, [proved.target.into]);
      }
      const told = { ...proved, notes: [...proved.notes, ...notes] };
      swapped.push(kept ? withKept(told) : told);
    }
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
