import type { LeftOut } from '../model/left-out';
import type { Part, PartSummary } from '../model/recovery-point';
import type { RestoreTarget } from '../model/restore-target';
import { ApplicationFailure } from '@temporalio/workflow';
import { concurrently } from '../run/concurrently';
import { countRows } from '../run/count-rows';
import type { Run } from '../run/runbook';
import type { StepCall, StepName } from '../run/steps';
import { discardStep, groupOfOne, observeStep, partStep, swapBackStep } from './plan-groups';
import type { ObservedTarget } from './plan-restore';

const TARGETS_AT_ONCE = 4;

/** A part, and where it goes. */
export interface PartItem {
  readonly part: Part;
  readonly target: RestoreTarget;
  /** What the recovery point has of it; for work that reads it. */
  readonly stored?: PartSummary;
}

/** What was restored beside, and proved equal. */
export interface BroughtPart {
  readonly proved: number;
  readonly bytes: number;
  /** What its place cannot have as it was, in sentences. */
  readonly notes: readonly string[];
  readonly leftOut?: readonly LeftOut[];
}

/** What was put in its place. */
export interface SwappedPart {
  readonly kept: boolean;
  /** What a person should know of it, in sentences. */
  readonly notes?: readonly string[];
}

/** What is done to parts, and what it answers for each. */
export interface PartOutputs {
  readonly observe: ObservedTarget;
  readonly restore: BroughtPart;
  readonly swap: SwappedPart;
  readonly swapBack: undefined;
  readonly discard: undefined;
}

export type PartWork = keyof PartOutputs;

/** What the work on a part needs of its run, or of the child workflow that does it for its run. */
export type PartFrame = Pick<Run, 'stack' | 'reference' | 'act' | 'step'> & {
  readonly pointId: string;
};

type Call = StepCall<unknown>;

const WORK: {
  readonly [Work in PartWork]: (frame: PartFrame, item: PartItem) => Promise<PartOutputs[Work]>;
} = {
  observe: observePart,
  restore: restorePart,
  swap: swapPart,
  swapBack: (frame, item) =>
    undoing(frame, swapBackStep(groupOfOne(item)), swapBackCall(frame, item)),
  discard: (frame, item) => undoing(frame, discardStep(groupOfOne(item)), discardCall(frame, item)),
};

/** One part after the other, but for looks: databases belong to roles, and the disk is the limit. */
export function workOnParts<Work extends PartWork>(
  frame: PartFrame,
  work: Work,
  items: readonly PartItem[],
): Promise<PartOutputs[Work][]> {
  const width = work === 'observe' ? TARGETS_AT_ONCE : 1;
  return concurrently(items, width, (item) => WORK[work](frame, item));
}

export function swapBackCall({ act, stack, reference: run }: PartFrame, item: PartItem): Call {
  const { part, target } = item;
  return (options) => act.swapBackPart.executeWithOptions(options, [{ stack, run, part, target }]);
}

export function discardCall({ act, stack, reference: run }: PartFrame, item: PartItem): Call {
  const { part, target } = item;
  return (options) => act.discardBeside.executeWithOptions(options, [{ stack, run, part, target }]);
}

async function undoing({ step }: PartFrame, name: StepName, call: Call): Promise<undefined> {
  await step(name, call);
  return undefined;
}

function observePart(
  { act, stack, step }: PartFrame,
  { part, target, stored }: PartItem,
): Promise<ObservedTarget> {
  const dump =
    stored !== undefined && target.leaveOut !== undefined ? locationOf(stored) : undefined;
  return step(observeStep(groupOfOne({ part })), (options) =>
    act.observeRestoreTarget.executeWithOptions(options, [
      { stack, part, target, ...(dump === undefined ? {} : { stored: dump }) },
    ]),
  );
}

function locationOf({ snapshotId, path }: PartSummary) {
  return { snapshotId, path };
}

async function restorePart(frame: PartFrame, item: PartItem): Promise<BroughtPart> {
  const { act, stack, reference: run, step, pointId } = frame;
  const { part, target, stored } = item;
  if (stored === undefined) {
    const message = `nothing is said of what is stored of ${part.name}`;
    throw ApplicationFailure.nonRetryable(message, 'InternalError');
  }
  const restored = await step(
    partStep('restore', part),
    (options) =>
      act.restorePart.executeWithOptions(options, [{ stack, run, pointId, stored, target }]),
    {
      detail: ({ bytes, notes: [detail] }) => ({
        bytes,
        ...(detail === undefined ? {} : { detail }),
      }),
    },
  );
  const { bytes, notes, leftOut, unproved } = restored;
  const { snapshotId } = stored;
  const proof = await step(
    partStep('prove', part),
    (options) =>
      act.provePart.executeWithOptions(options, [
        {
          ...{ stack, run, pointId, part, target, snapshotId },
          ...(unproved === undefined ? {} : { unproved }),
        },
      ]),
    { detail: ({ rows }) => ({ detail: `${countRows(part, rows)} equal` }) },
  );
  return { proved: proof.proved, bytes, notes, ...(leftOut === undefined ? {} : { leftOut }) };
}

function swapPart(
  { act, stack, reference: run, step }: PartFrame,
  { part, target }: PartItem,
): Promise<SwappedPart> {
  return step(partStep('swap', part), (options) =>
    act.swapPart.executeWithOptions(options, [{ stack, run, part, target }]),
  );
}
