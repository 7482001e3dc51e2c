import { admissionOf } from '../catalogue';

interface Admissible {
  readonly number: number;
  readonly runbook: string;
}

/**
 * Decides which waiting runs may start now. First come, first served: nothing overtakes a run that must wait, so an
 * exclusive run is never starved by shared ones. Only those beside all others pass them by.
 * Shape:  running, waiting (in order of arrival) → the waiting runs to start, in order
 */
export function planAdmission<Run extends Admissible>(
  running: readonly Admissible[],
  waiting: readonly Run[],
): readonly Run[] {
  return [...admitInOrder(running, waiting, isBeside), ...admitInOrder(running, waiting, isInLine)];
}

/** The same while the stack is frozen. */
export function planFrozenAdmission<Run extends Admissible>(
  running: readonly Admissible[],
  waiting: readonly Run[],
): readonly Run[] {
  return admitInOrder(running, waiting, isBeside);
}

/** Those of one line, for which the other one is not there. */
function admitInOrder<Run extends Admissible>(
  running: readonly Admissible[],
  waiting: readonly Run[],
  isIn: (run: Admissible) => boolean,
): readonly Run[] {
  const ahead = running.filter(isIn);
  const admitted: Run[] = [];
  for (const run of waiting.filter(isIn)) {
    if (!fits(run, [...ahead, ...admitted])) break;
    admitted.push(run);
  }
  return admitted;
}

/** The runs that must end before `number` starts. */
export function behind(
  running: readonly Admissible[],
  waiting: readonly Admissible[],
  number: number,
): readonly number[] {
  const position = waiting.findIndex((run) => run.number === number);
  const self = waiting[position];
  if (self === undefined) return [];
  const isIn = isBeside(self) ? isBeside : isInLine;
  const ahead = [...running, ...waiting.slice(0, position)].filter(isIn);
  if (fits(self, ahead)) return [];
  return ahead.map((run) => run.number);
}

function fits(run: Admissible, beside: readonly Admissible[]): boolean {
  if (beside.length === 0) return true;
  return isShared(run) && beside.every(isShared);
}

function isShared(run: Admissible): boolean {
  return admissionOf(run.runbook) === 'shared';
}

function isBeside(run: Admissible): boolean {
  return admissionOf(run.runbook) === 'beside';
}

function isInLine(run: Admissible): boolean {
  return !isBeside(run);
}
