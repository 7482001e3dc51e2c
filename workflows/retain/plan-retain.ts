import { formatBytes } from '../model/format-bytes';
import { formatCount } from '../model/format-count';
import type {
  Growth,
  JudgedPoint,
  KnownDamage,
  ObservedRetention,
  Slice,
} from '../model/retention';
import { RECORD_STEP } from '../model/record-step';
import type { RetainOptions, RetainPlan } from '../model/retain';
import type { StackDescription } from '../model/stack';
import { planReading } from './plan-reading';
import { planRetention } from './plan-retention';
import { checkStep, forgetStep, PRUNE_STEP } from './retain-steps';

/** It is told so many days before there is no room. */
const WARNING_DAYS = 30;

/**
 * Plans the upkeep of a repository: which points go and why, and which packs are read.
 * Shape:  stack, options, observation, now → plan without its hash
 */
export function planRetain(
  stack: StackDescription,
  { readAll }: RetainOptions,
  observed: ObservedRetention,
  now: string,
): Omit<RetainPlan, 'hash'> {
  const { keep, repository } = stack;
  const { damage } = observed;
  const judged = planRetention(observed.points, keep, now, observed.heldBytes);
  const points = damage === undefined ? judged.points : judged.points.map(spared);
  const reads: Slice | undefined = readAll
    ? { slice: 1, of: 1 }
    : (damage?.slice ?? planReading(observed.readings, now));
  const forgets = keep !== undefined && damage === undefined;
  const going = points.filter(({ kept }) => !kept).length;
  const strays = forgets ? observed.strays : 0;
  return {
    ...{ runbook: 'retain', stack: stack.name, points, strays, forgets },
    repository: { url: repository.url, id: observed.repositoryId },
    ...(reads && { reads }),
    ...(observed.growth && { growth: observed.growth }),
    steps: [
      ...(going + strays > 0 ? [forgetStep(going, strays)] : []),
      ...(forgets ? [PRUNE_STEP] : []),
      checkStep(reads),
      RECORD_STEP,
    ],
    notes: [
      ...(keep === undefined ? ['The stack file has no `keep`: nothing is forgotten.'] : []),
      ...(damage === undefined ? [] : [damageNote(damage)]),
      ...leftAloneNotes(observed),
      ...(judged.overBytes === undefined ? [] : [overNote(judged.overBytes)]),
      ...growthNotes(observed.growth),
    ],
  };
}

/** An older point may have what a newer one has lost. */
function spared(point: JudgedPoint): JudgedPoint {
  return point.kept ? point : { ...point, kept: true, reasons: ['damage was found'] };
}

function damageNote({ at }: KnownDamage): string {
  return `The check of ${at} found damage: nothing is forgotten or pruned until a check of the same data finds none.`;
}

function leftAloneNotes({ unreadable, notSeen }: ObservedRetention): string[] {
  return [
    ...(unreadable === 0
      ? []
      : [
          `${formatCount(unreadable, 'manifest')} in the repository cannot be read: left alone, with everything that could be a part of it.`,
        ]),
    ...(notSeen === 0
      ? []
      : [`${formatCount(notSeen, 'older point')} is for the next run: one cannot hold them all.`]),
  ];
}

function overNote(overBytes: number): string {
  return `What must stay is ${formatBytes(overBytes)} above \`maxBytes\`.`;
}

/** Of new data alone: what is freed meanwhile makes it later. */
function growthNotes(growth: Growth | undefined): string[] {
  if (growth?.freeBytes === undefined || growth.bytesPerDay === 0) return [];
  const { freeBytes, bytesPerDay, overDays } = growth;
  const daysLeft = Math.floor(freeBytes / bytesPerDay);
  if (daysLeft > WARNING_DAYS) return [];
  return [
    `The repository's disk is full in about ${formatCount(daysLeft, 'day')} unless something is freed: ` +
      `${formatBytes(freeBytes)} are free, and the last ${overDays} days added ${formatBytes(bytesPerDay)} a day.`,
  ];
}
