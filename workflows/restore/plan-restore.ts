import { formatBytes } from '../model/format-bytes';
import { describeObject, type LeaveOutChoice } from '../model/left-out';
import type { PlannedStep, RestorePlan, RestorePlanPart } from '../model/plans';
import { RECORD_STEP } from '../model/record-step';
import type { ManifestSummary, PartSummary } from '../model/recovery-point';
import { suffixedName } from '../model/restore-target';
import type { StackDescription } from '../model/stack';
import type { ChosenPart } from './choose-parts';
import { targetToday } from './target-today';
import { groupParts, restoreSteps, swapStep } from './plan-groups';
import type { Obstacle } from '../model/obstacle';

/** What was seen of the place a part will go to; the shape of the activity's answer. */
export interface ObservedTarget {
  readonly exists: boolean;
  readonly otherSessions: number;
  readonly freeBytes?: number;
  readonly keepAs?: string;
  readonly obstacle?: Obstacle;
  readonly notes?: readonly string[];
  readonly leaveOut?: LeaveOutChoice;
}

/**
 * Plans a restore: what is built beside what, what will be swapped and what the old will be called.
 * Shape:  stack, manifest, chosen parts with what was seen of their targets (same order) → plan without its hash, or an obstacle
 */
export function planRestore(
  stack: StackDescription,
  manifest: ManifestSummary,
  chosen: readonly ChosenPart[],
  observed: readonly ObservedTarget[],
): Omit<RestorePlan, 'hash'> | Obstacle {
  const parts = chosen.map((part, index) => planPart(part, observed[index]));
  const tight = chosen.find(({ stored }, index) => isTight(stored, observed[index]));
  if (tight !== undefined) return noSpace(tight);
  const obstacle = blocked(observed) ?? unclearNames(manifest, observed);
  if (obstacle !== undefined) return obstacle;
  return {
    runbook: 'restore',
    stack: stack.name,
    point: manifest.point,
    ...(stack.readFrom !== undefined && { from: stack.readFrom }),
    parts,
    keepReplacedSeconds: stack.restore.keepReplacedSeconds,
    steps: steps(parts),
    notes: [
      ...parts.flatMap((part) => movedNotes(stack, part)),
      ...parts.flatMap(sessionNotes),
      ...observed.flatMap(({ notes = [] }) => notes),
    ],
  };
}

/**
 * Whether a restore needs the stack's name: it replaces something, or goes to a place of the stack's own. A free name or
 * folder takes a yes.
 */
export function needsName(stack: StackDescription, { parts }: Pick<RestorePlan, 'parts'>): boolean {
  return parts.some(
    ({ part, target, keepAs }) => keepAs !== undefined || target.into === targetToday(stack, part),
  );
}

function planPart(
  { stored, target }: ChosenPart,
  seen: ObservedTarget | undefined,
): RestorePlanPart {
  const { part, bytes, rows } = stored;
  const keepAs = seen?.keepAs ?? suffixedName(part.engine, target.into, target.keepSuffix);
  return {
    part,
    target,
    bytes,
    rows,
    otherSessions: seen?.otherSessions ?? 0,
    ...(seen?.exists === true && part.kind !== 'globals' ? { keepAs } : {}),
    ...leftOut(seen?.leaveOut),
  };
}

function leftOut(choice: LeaveOutChoice | undefined): Pick<RestorePlanPart, 'leaveOut'> {
  if (choice === undefined || choice.objects.length === 0) return {};
  const { objects, dependents, moreDependents } = choice;
  return { leaveOut: { objects, dependents, moreDependents } };
}

/** All at once: whoever clears one away must not meet the next. */
function blocked(observed: readonly ObservedTarget[]): Obstacle | undefined {
  const obstacles = observed.flatMap(({ obstacle }) => obstacle ?? []);
  if (obstacles.length === 0) return undefined;
  return {
    obstacle: obstacles.map(({ obstacle }) => obstacle).join('; '),
    advice: [...new Set(obstacles.map(({ advice }) => advice))].join(' '),
  };
}

/** A name must mean something in one of the parts, and one thing in each. */
function unclearNames(
  { point }: ManifestSummary,
  observed: readonly ObservedTarget[],
): Obstacle | undefined {
  const choices = observed.flatMap(({ leaveOut }) => leaveOut ?? []);
  const unknown = choices[0]?.unknown.filter((name) =>
    choices.every((choice) => choice.unknown.includes(name)),
  );
  if (unknown !== undefined && unknown.length > 0) {
    return {
      obstacle: `recovery point ${point.id} has nothing called ${unknown.join(', ')} to leave out`,
      advice:
        'Write `schema.name`, quoted as in SQL where needed, or as a failed restore names it: `function public.f(integer)`.',
    };
  }
  const [ambiguous] = choices.flatMap((choice) => choice.ambiguous);
  if (ambiguous === undefined) return undefined;
  const { name, objects } = ambiguous;
  return {
    obstacle: `--leave-out ${name} may mean ${objects.map(describeObject).join(' or ')}`,
    advice: 'Write it with its kind and schema, as here.',
  };
}

/** Old and new lie beside each other until the swap is confirmed, so the dump's size must be free. */
function isTight(stored: PartSummary, seen: ObservedTarget | undefined): boolean {
  return seen?.freeBytes !== undefined && seen.freeBytes < stored.bytes;
}

function noSpace({ stored, target }: ChosenPart): Obstacle {
  return {
    obstacle: `part ${stored.part.name} needs ${formatBytes(stored.bytes)} beside ${target.into}, and less is free there`,
    advice:
      'Free some space, or restore elsewhere with --into. `pawl restore confirm RUN` drops what an earlier restore kept.',
  };
}

function steps(parts: readonly RestorePlanPart[]): PlannedStep[] {
  const groups = groupParts(parts);
  return [...groups.flatMap(restoreSteps), ...groups.map(swapStep), RECORD_STEP];
}

function movedNotes(stack: StackDescription, { part, target }: RestorePlanPart): string[] {
  if (target.into === part.source || target.into !== targetToday(stack, part)) return [];
  return [
    `${part.name} was taken of ${part.kind} ${part.source}; the stack file names ${target.into} now: it is restored there.`,
  ];
}

function sessionNotes({ otherSessions, target }: RestorePlanPart): string[] {
  if (otherSessions === 0) return [];
  return [`${otherSessions} session(s) on ${target.into} will be disconnected at the swap.`];
}
