import type { Slice } from '../model/retention';
import type { PlannedStep } from '../model/plans';

export const OBSERVE_RETENTION = {
  id: 'observe-retention',
  title: 'look at the recovery points',
};

export const PRUNE_STEP: PlannedStep = { id: 'prune', title: 'free what nothing needs' };

export function forgetStep(points: number, strays: number): PlannedStep {
  const runs = strays === 0 ? [] : [`what ${counted(strays, 'failed run')} left`];
  const what = [...(points === 0 ? [] : [counted(points, 'recovery point')]), ...runs];
  return { id: 'forget', title: `forget ${what.join(' and ')}` };
}

export function checkStep(slice: Slice | undefined): PlannedStep {
  return { id: 'check', title: `check the repository${readingWords(slice)}` };
}

/** A repository has one at a time of these, whosesoever they are. */
export function waitStep(kind: string): PlannedStep {
  return { id: `wait-to-${kind}`, title: 'wait for other work on the repository' };
}

function readingWords(slice: Slice | undefined): string {
  if (slice === undefined) return '';
  return slice.of === 1 ? ', read all of it' : `, read part ${slice.slice} of ${slice.of}`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
