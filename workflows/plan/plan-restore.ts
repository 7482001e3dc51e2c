import { formatBytes } from '../model/format-bytes';
import type { PlannedStep, RestorePlan, RestorePlanPart } from '../model/plans';
import type { ManifestSummary, PartSummary } from '../model/recovery-point';
import { suffixedName, type RestoreTarget } from '../model/restore-target';
import type { StackDescription } from '../model/stack';
import { stepId } from '../model/step-id';
import type { ChosenPart } from './choose-parts';
import { placeToday } from './place-today';
import type { Obstacle } from './plan-backup';

/** What was seen of the place a part will go to; the shape of the activity's answer. */
export interface ObservedTarget {
  readonly exists: boolean;
  readonly otherSessions: number;
  readonly freeBytes?: number;
  readonly keepAs?: string;
  readonly notes?: readonly string[];
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
  return {
    runbook: 'restore',
    stack: stack.name,
    point: manifest.point,
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
    ({ part, target, keepAs }) => keepAs !== undefined || target.into === placeToday(stack, part),
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
      'Free some space, or restore elsewhere with --into. pawl restore confirm RUN drops what an earlier restore kept.',
  };
}

function steps(parts: readonly RestorePlanPart[]): PlannedStep[] {
  return [
    ...parts.flatMap(({ part, target, bytes }) => [
      {
        id: stepId('restore', part.name),
        title: `restore ${part.name} beside ${shown(target)}`,
        expectedBytes: bytes,
      },
      { id: stepId('prove', part.name), title: `prove ${part.name} equal to its manifest` },
    ]),
    ...parts.map(({ part, target, keepAs }) => ({
      id: stepId('swap', part.name),
      title:
        keepAs === undefined
          ? `put ${part.name} at ${shown(target)}`
          : `swap ${part.name}, keep the old as ${keepAs}`,
    })),
    { id: 'record', title: 'write the audit record' },
  ];
}

function shown(target: RestoreTarget): string {
  return target.into === '' ? 'the server' : target.into;
}

function movedNotes(stack: StackDescription, { part, target }: RestorePlanPart): string[] {
  if (target.into === part.source || target.into !== placeToday(stack, part)) return [];
  return [
    `${part.name} was taken of ${part.kind} ${part.source}; the stack file names ${target.into} now: it is restored there.`,
  ];
}

function sessionNotes({ otherSessions, target }: RestorePlanPart): string[] {
  if (otherSessions === 0) return [];
  return [`${otherSessions} session(s) on ${target.into} will be disconnected at the swap.`];
}
