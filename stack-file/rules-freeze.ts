import { asDraft, asText } from './rule';
import type { Draft, Rule } from './rule';
import { DATES, HOURS } from './schema-freeze';
import { isZone } from './zone';

/** Rules for when runbooks are not started. */
export const freezeRules: readonly Rule[] = [
  function aWindowIsNotAlways(stack, report) {
    for (const [index, window] of windowsOf(stack)) {
      const keys = ['days', 'hours', 'dates'];
      if (keys.some((key) => window[key] !== undefined)) continue;
      report(
        ['freeze', index],
        'must have one of `days`, `hours` and `dates`; `pawl freeze` freezes everything',
      );
    }
  },

  function zonesAreKnown(stack, report) {
    for (const [index, { zone }] of windowsOf(stack)) {
      if (typeof zone !== 'string' || isZone(zone)) continue;
      report(['freeze', index, 'zone'], 'must be the name of a time zone, such as `Europe/Berlin`');
    }
  },

  function datesAreInOrder(stack, report) {
    for (const [index, { dates }] of windowsOf(stack)) {
      const [, first = '', last = ''] = DATES.exec(asText(dates)) ?? [];
      if (first === '') continue;
      const path = ['freeze', index, 'dates'];
      const wrong = [first, last].find((day) => !isDay(day));
      if (wrong !== undefined) report(path, `has no day ${wrong} in the calendar`);
      else if (last < first) report(path, 'must end on the day it begins, or later');
    }
  },

  function hoursAreSome(stack, report) {
    for (const [index, { hours }] of windowsOf(stack)) {
      const [, from = '', to = ''] = HOURS.exec(asText(hours)) ?? [];
      if (from === '' || from !== to) continue;
      report(
        ['freeze', index, 'hours'],
        'must end later than it begins; the whole day is without `hours`',
      );
    }
  },
];

function windowsOf(stack: Draft): readonly (readonly [index: number, window: Draft])[] {
  const { freeze } = stack;
  return Array.isArray(freeze) ? freeze.map((window, index) => [index, asDraft(window)]) : [];
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
