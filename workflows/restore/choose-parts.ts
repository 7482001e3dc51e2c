import { ENGINES } from '../model/engines';
import type { RestoreOptions } from '../model/options';
import type { ManifestSummary, Part, PartSummary } from '../model/recovery-point';
import { restoreTarget, type RestoreTarget } from '../model/restore-target';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from '../model/obstacle';
import { targetToday } from './target-today';

/** A part of the recovery point, and where it will go. */
export interface ChosenPart {
  readonly stored: PartSummary;
  readonly target: RestoreTarget;
}

/**
 * Chooses which parts are restored, and where to: `into`, or where the current stack file has them. Globals come first:
 * databases belong to roles.
 * Shape:  stack, manifest, options, run's number → parts, or an obstacle
 */
export function chooseParts(
  stack: StackDescription,
  manifest: ManifestSummary,
  options: RestoreOptions,
  runNumber: number | 'N',
): readonly ChosenPart[] | Obstacle {
  const { only, into, leaveOut = [] } = options;
  const chosen = manifest.parts.filter(
    ({ part }) => only.length === 0 || only.some((name) => isNamed(part, name)),
  );
  const obstacle =
    unknownNames(manifest, only) ??
    gone(manifest, chosen) ??
    notOneTarget(chosen, into) ??
    unplaceable(stack, chosen, into) ??
    nothingToLeaveOut(chosen, leaveOut);
  if (obstacle !== undefined) return obstacle;
  return globalsFirst(chosen).map((stored) => ({
    stored,
    target: {
      ...restoreTarget(into ?? targetToday(stack, stored.part) ?? '', runNumber),
      ...(leaveOut.length > 0 && hasObjects(stored.part) ? { leaveOut } : {}),
    },
  }));
}

/** Of no other kind of part is something smaller known than the whole. */
function hasObjects({ engine, kind }: Part): boolean {
  return ENGINES[engine].objectsIn.includes(kind);
}

function nothingToLeaveOut(
  chosen: readonly PartSummary[],
  leaveOut: readonly string[],
): Obstacle | undefined {
  if (leaveOut.length === 0 || chosen.some(({ part }) => hasObjects(part))) return undefined;
  return {
    obstacle: `--leave-out names objects of PostgreSQL databases, and none is restored: ${namesOf(chosen)}`,
    advice: 'Leave --leave-out away, or name a part that is a PostgreSQL database.',
  };
}

function isNamed(part: Part, name: string): boolean {
  return part.name === name || part.entry === name;
}

function globalsFirst(parts: readonly PartSummary[]): readonly PartSummary[] {
  const isGlobals = ({ part }: PartSummary): boolean => part.kind === 'globals';
  return [...parts.filter(isGlobals), ...parts.filter((part) => !isGlobals(part))];
}

function unknownNames(manifest: ManifestSummary, only: readonly string[]): Obstacle | undefined {
  const known = manifest.parts.map(({ part }) => part);
  const unknown = only.filter((name) => !known.some((part) => isNamed(part, name)));
  if (unknown.length === 0) return undefined;
  return {
    obstacle: `recovery point ${manifest.point.id} has no part ${unknown.join(', ')}`,
    advice: `It has ${namesOf(manifest.parts)}.`,
  };
}

/** Parts that were removed from the repository, such as by `restic forget`. */
function gone({ point }: ManifestSummary, chosen: readonly PartSummary[]): Obstacle | undefined {
  const lost = chosen.filter(({ missing }) => missing === true);
  if (lost.length === 0) return undefined;
  const others = chosen.filter((part) => !lost.includes(part));
  const choice = others.length === 0 ? '' : ` Or name the parts that are left: ${namesOf(others)}.`;
  return {
    obstacle: `${namesOf(lost)} of recovery point ${point.id} is no longer in the repository`,
    advice: `\`pawl points\` says which points are whole; --point takes one of them.${choice}`,
  };
}

function notOneTarget(
  chosen: readonly PartSummary[],
  into: string | undefined,
): Obstacle | undefined {
  if (into === undefined) return undefined;
  const [first] = chosen;
  if (chosen.length !== 1) {
    return {
      obstacle: `--into takes exactly one part, and ${chosen.length} are chosen`,
      advice: `Name one of ${namesOf(chosen)}.`,
    };
  }
  if (first?.part.kind !== 'globals') return undefined;
  return {
    obstacle: `${first.part.name} belongs to a server and can go into no database of it`,
    advice: 'Without --into it is restored to its server, where it only adds what is missing.',
  };
}

/** Parts that the current stack file has no place for. */
function unplaceable(
  stack: StackDescription,
  chosen: readonly PartSummary[],
  into: string | undefined,
): Obstacle | undefined {
  const lost = chosen.filter(({ part }) => reasonOf(stack, part, into) !== undefined);
  if (lost.length === 0) return undefined;
  const others = chosen.filter((part) => !lost.includes(part));
  const choice = others.length === 0 ? '' : ` Or name the other parts: ${namesOf(others)}.`;
  return {
    obstacle: lost.map(({ part }) => reasonOf(stack, part, into)).join('; '),
    advice: adviceFor(stack, lost) + choice,
  };
}

function reasonOf(
  stack: StackDescription,
  part: Part,
  into: string | undefined,
): string | undefined {
  const entry = entryOf(stack, part);
  if (entry?.engine !== part.engine) {
    const now = entry === undefined ? 'no longer has' : `has as ${entry.engine} now`;
    return `part ${part.name} belongs to the ${part.engine} entry ${part.entry}, which the stack file ${now}`;
  }
  if (into !== undefined || targetToday(stack, part) !== undefined) return undefined;
  return `part ${part.name} is of the whole server, and the stack file now names only one database of it`;
}

/** Engine, address and password of an entry are in the stack file alone: another name would not tell them. */
function adviceFor(stack: StackDescription, lost: readonly PartSummary[]): string {
  const isGone = ({ part }: PartSummary): boolean => entryOf(stack, part)?.engine !== part.engine;
  const gone = [...new Set(lost.filter(isGone).map(({ part }) => part.entry))];
  return gone.length > 0
    ? `Put ${gone.join(', ')} back under protect as it was: only there is said where it lives, so --into does not help.`
    : 'Give it a place with --into, or let the entry name all databases again.';
}

function entryOf({ protect }: StackDescription, part: Part) {
  return protect.find(({ name }) => name === part.entry);
}

function namesOf(parts: readonly PartSummary[]): string {
  return parts.map(({ part }) => part.name).join(', ');
}
