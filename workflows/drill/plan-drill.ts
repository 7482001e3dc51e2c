import type { DrillPlace, DrillPlan, PartLeftOut } from '../model/drill';
import { ENGINES } from '../model/engines';
import { formatBytes } from '../model/format-bytes';
import type { Obstacle } from '../model/obstacle';
import type { PlannedStep } from '../model/plans';
import { GATES, type Assertion, type GateKind } from '../model/proof';
import { RECORD_STEP } from '../model/record-step';
import type { ManifestSummary, Part, PartSummary } from '../model/recovery-point';
import type { ScratchKind } from '../model/scratch';
import type { StackDescription } from '../model/stack';
import {
  assertStep,
  gateStep,
  openStep,
  placeStep,
  STORE_PROOF,
  SWEEP_SCRATCH,
} from './drill-steps';

/** What was seen of the place that an entry's parts would have; the shape of the activity's answer. */
export type ObservedScratch =
  | {
      readonly entry: string;
      readonly kind: ScratchKind;
      /** In words. */
      readonly place: string;
      /** What lies on one disk needs room together. */
      readonly disk: string;
      readonly freeBytes?: number;
    }
  | { readonly entry: string; readonly lacking: string };

/** Each costs up to 35 events of the run's history, of which Temporal takes 51,200, and as many lines of its outcome as it has gates. */
const MOST_PARTS = 500;

/** An empty cluster with its write-ahead log. */
const SERVER_BYTES = 256 * 1024 ** 2;
/** Of a dump: rows have headers, tables have indexes, and each row is written to the log first. */
const DATABASE_FACTOR = 2.5;

/**
 * Chooses what a drill restores. Files come first and databases last: one may lie under the other. Globals come before
 * databases, which belong to roles.
 * Shape:  manifest, names of entries or parts (all when empty) → parts in order, or an obstacle
 */
export function chooseDrillParts(
  { point, parts }: ManifestSummary,
  only: readonly string[],
): readonly PartSummary[] | Obstacle {
  const isNamed = ({ name, entry }: Part, wanted: string) => name === wanted || entry === wanted;
  const unknown = only.filter((name) => !parts.some(({ part }) => isNamed(part, name)));
  const advice = `It has ${parts.map(({ part }) => part.name).join(', ')}.`;
  if (unknown.length > 0) {
    return { obstacle: `recovery point ${point.id} has no part ${unknown.join(', ')}`, advice };
  }
  const chosen = parts.filter(
    ({ part }) => only.length === 0 || only.some((name) => isNamed(part, name)),
  );
  if (chosen.length > MOST_PARTS) {
    const obstacle = `a drill proves ${MOST_PARTS} parts at most, and ${chosen.length} are chosen`;
    return { obstacle, advice: 'Name some of them with --part.' };
  }
  return (['directory', 'globals', 'database'] as const).flatMap((kind) =>
    chosen.filter(({ part }) => part.kind === kind),
  );
}

/**
 * Plans a drill: what is restored where, which gates are asked, and what cannot be drilled here.
 * Shape:  stack, manifest, parts in order, what was seen of their entries' places → plan without its hash, or an obstacle
 */
export function planDrill(
  stack: StackDescription,
  { point }: ManifestSummary,
  chosen: readonly PartSummary[],
  observed: readonly ObservedScratch[],
): Omit<DrillPlan, 'hash'> | Obstacle {
  const reasonOf = ({ part }: PartSummary): string | undefined => whyNot(stack, part, observed);
  const parts = chosen.filter((stored) => reasonOf(stored) === undefined);
  const leftOut = chosen.flatMap((stored): PartLeftOut[] => {
    const reason = reasonOf(stored);
    return reason === undefined ? [] : [{ name: stored.part.name, reason }];
  });
  if (parts.length === 0) return nothingToProve(leftOut);
  const tight = lackOfRoom(parts, observed);
  if (tight !== undefined) return tight;
  const places = observed.flatMap((seen): DrillPlace[] => {
    const first = parts.find(({ part }) => part.entry === seen.entry);
    if ('lacking' in seen || first === undefined) return [];
    const { entry, kind, place } = seen;
    return [{ entry, kind, place, sourceVersion: first.sourceVersion }];
  });
  const assertions = assertionsOn(stack, parts);
  return {
    runbook: 'drill',
    stack: stack.name,
    point,
    parts: parts.map(({ part, bytes, rows }) => ({ part, bytes, rows })),
    leftOut,
    places,
    assertions: assertions.length,
    steps: steps(parts, places, assertions),
    notes: leftOut.map(({ name, reason }) => `${name} is not drilled: ${reason}.`),
  };
}

/** Of the stack file, those that ask something which is restored. */
export function assertionsOn(
  { drill }: StackDescription,
  parts: readonly Pick<PartSummary, 'part'>[],
): readonly Assertion[] {
  return (drill?.assert ?? []).filter((assertion) =>
    parts.some(({ part }) => part.name === assertion.part),
  );
}

/** Those of an engine's gates that are asked of a part, in their order. What the repository has lost is not restored. */
export function gatesOf({
  part,
  missing,
}: Pick<PartSummary, 'part' | 'missing'>): readonly GateKind[] {
  if (missing === true) return ['fetch'];
  const own = part.kind === 'database' ? ENGINES[part.engine].drillGates : [];
  const always: readonly GateKind[] = ['fetch', 'restore', 'content'];
  return GATES.filter((gate) => always.includes(gate) || own.some((one) => one === gate));
}

function whyNot(
  { protect }: StackDescription,
  part: Part,
  observed: readonly ObservedScratch[],
): string | undefined {
  const entry = protect.find(({ name }) => name === part.entry);
  if (entry?.engine !== part.engine) {
    return `it belongs to the ${part.engine} entry ${part.entry}, which the stack file no longer has`;
  }
  const seen = observed.find((one) => one.entry === part.entry);
  if (seen === undefined) return 'nothing is known of its place';
  return 'lacking' in seen ? seen.lacking : undefined;
}

function nothingToProve(leftOut: readonly PartLeftOut[]): Obstacle {
  const why = leftOut.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  return {
    obstacle: `nothing of it can be drilled on this host: ${why}`,
    advice: '`pawl points verify --data` reads every part and compares it with its manifest.',
  };
}

/** All of it is there at once, until the last assertion was asked. */
function lackOfRoom(
  parts: readonly PartSummary[],
  observed: readonly ObservedScratch[],
): Obstacle | undefined {
  const disks = new Map<string, { free: number; need: number }>();
  for (const seen of observed) {
    if ('lacking' in seen || seen.freeBytes === undefined) continue;
    const own = parts.filter(({ part }) => part.entry === seen.entry);
    const disk = disks.get(seen.disk) ?? { free: seen.freeBytes, need: 0 };
    const free = Math.min(disk.free, seen.freeBytes);
    disks.set(seen.disk, { free, need: disk.need + roomFor(seen.kind, own) });
  }
  for (const { free, need } of disks.values()) {
    if (free >= need) continue;
    return {
      obstacle: `the drill needs about ${formatBytes(need)} of scratch space, and ${formatBytes(free)} is free`,
      advice: 'Make room, or drill fewer parts at a time with --part.',
    };
  }
  return undefined;
}

function roomFor(kind: ScratchKind, parts: readonly PartSummary[]): number {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return kind === 'folder' ? bytes : SERVER_BYTES + bytes * DATABASE_FACTOR;
}

function steps(
  parts: readonly PartSummary[],
  places: readonly DrillPlace[],
  assertions: readonly Assertion[],
): readonly PlannedStep[] {
  return [
    ...places.map(openStep),
    ...parts.flatMap(partSteps),
    ...assertions.map(assertStep),
    SWEEP_SCRATCH,
    STORE_PROOF,
    RECORD_STEP,
  ];
}

function partSteps(stored: PartSummary): readonly PlannedStep[] {
  const { part, bytes } = stored;
  const gates = gatesOf(stored).map((gate) => {
    const reads = gate === 'fetch' || gate === 'restore';
    return reads ? { ...gateStep(gate, part), expectedBytes: bytes } : gateStep(gate, part);
  });
  return [...gates, placeStep(part)];
}
