import type { FreezeWindow } from '../workflows/model/freeze-window';
import type { StackDocument } from './schema';
import { DATES, HOURS } from './schema-freeze';

type WindowDocument = NonNullable<StackDocument['freeze']>[number];

/** Absent when nothing is ever frozen by the calendar. */
export function normaliseFreeze({ freeze = [] }: StackDocument): FreezeWindow[] | undefined {
  return freeze.length === 0 ? undefined : freeze.map(normaliseWindow);
}

function normaliseWindow({
  reason,
  runbooks,
  days,
  hours,
  dates,
  zone,
}: WindowDocument): FreezeWindow {
  const [, from = '', to = ''] = HOURS.exec(hours ?? '') ?? [];
  const [, first = '', last = ''] = DATES.exec(dates ?? '') ?? [];
  return {
    ...{ runbooks, zone, reason },
    ...(days === undefined ? {} : { days }),
    ...(hours === undefined ? {} : { hours: { from: minutes(from), to: minutes(to) } }),
    ...(dates === undefined ? {} : { dates: { first, last } }),
  };
}

function minutes(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}
