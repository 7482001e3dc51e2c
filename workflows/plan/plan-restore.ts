import type { PlannedStep, RestorePlan, RestorePlanPart } from '../model/plans';
import type { ManifestSummary, Part, PartSummary } from '../model/recovery-point';
import { restoreTarget, suffixedName, type RestoreTarget } from '../model/restore-target';
import type { RestoreOptions } from '../model/run';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from './plan-backup';

/** A part of the recovery point, and where it will go. */
export interface ChosenPart {
  readonly stored: PartSummary;
  readonly target: RestoreTarget;
}

/** What was seen of the place a part will go to; the shape of the activity's answer. */
export interface ObservedTarget {
  readonly exists: boolean;
  readonly otherSessions: number;
  readonly freeBytes?: number;
  readonly keepAs?: string;
}

/**
 * Chooses which parts are restored, and where to. Globals come first: databases belong to roles.
 * Shape:  manifest, options, run's number → parts, or an obstacle
 */
export function chooseParts(
  manifest: ManifestSummary,
  options: RestoreOptions,
  runNumber: number | 'N',
): readonly ChosenPart[] | Obstacle {
  const { only, into } = options;
  const known = manifest.parts.map(({ part }) => part);
  const unknown = only.filter((name) => !known.some((part) => isNamed(part, name)));
  if (unknown.length > 0) {
    return {
      obstacle: `recovery point ${manifest.point.id} has no part ${unknown.join(', ')}`,
      advice: `It has ${known.map((part) => part.name).join(', ')}.`,
    };
  }
  const chosen = manifest.parts.filter(
    ({ part }) => only.length === 0 || only.some((name) => isNamed(part, name)),
  );
  if (into !== undefined && chosen.length !== 1) {
    return {
      obstacle: `--into takes exactly one part, and ${chosen.length} are chosen`,
      advice: `Name one of ${chosen.map(({ part }) => part.name).join(', ')}.`,
    };
  }
  return globalsFirst(chosen).map((stored) => ({
    stored,
    target: restoreTarget(into ?? stored.part.source, runNumber),
  }));
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
    notes: parts.flatMap(sessionNotes),
  };
}

function isNamed(part: Part, name: string): boolean {
  return part.name === name || part.entry === name;
}

function globalsFirst(parts: readonly PartSummary[]): readonly PartSummary[] {
  const isGlobals = ({ part }: PartSummary): boolean => part.kind === 'globals';
  return [...parts.filter(isGlobals), ...parts.filter((part) => !isGlobals(part))];
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
    obstacle: `part ${stored.part.name} needs ${stored.bytes} bytes beside ${target.into}, and fewer are free there`,
    advice:
      'Free some space, or restore elsewhere with --into. pawl restore confirm RUN drops what an earlier restore kept.',
  };
}

function steps(parts: readonly RestorePlanPart[]): PlannedStep[] {
  return [
    ...parts.flatMap(({ part, target, bytes }) => [
      {
        id: `restore:${part.name}`,
        title: `restore ${part.name} beside ${shown(target)}`,
        expectedBytes: bytes,
      },
      { id: `prove:${part.name}`, title: `prove ${part.name} equal to its manifest` },
    ]),
    ...parts.map(({ part, target, keepAs }) => ({
      id: `swap:${part.name}`,
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

function sessionNotes({ otherSessions, target }: RestorePlanPart): string[] {
  if (otherSessions === 0) return [];
  return [`${otherSessions} session(s) on ${target.into} will be disconnected at the swap.`];
}
