import { ADMISSION, type RunbookName } from '../model/run';

interface Admissible {
  readonly number: number;
  readonly runbook: string;
}

/**
 * Decides which waiting runs may start now. First come, first served: nothing overtakes a run that must wait, so an
 * exclusive run is never starved by shared ones.
 * Shape:  running, waiting (in order of arrival) → the waiting runs to start, in order
 */
export function planAdmission<Run extends Admissible>(
  running: readonly Admissible[],
  waiting: readonly Run[],
): readonly Run[] {
  const admitted: Run[] = [];
  for (const run of waiting) {
    if (!fits(run, [...running, ...admitted])) break;
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
  const ahead = [...running, ...waiting.slice(0, Math.max(position, 0))];
  const self = waiting[position];
  if (self === undefined || fits(self, ahead)) return [];
  return ahead.map((run) => run.number);
}

function fits(run: Admissible, beside: readonly Admissible[]): boolean {
  if (beside.length === 0) return true;
  return isShared(run) && beside.every(isShared);
}

/** A runbook that this version does not know is left alone with the stack. */
function isShared(run: Admissible): boolean {
  return ADMISSION[run.runbook as RunbookName] === 'shared';
}
