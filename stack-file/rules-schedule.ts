import { cronProblem, gapsSeconds } from './cron';
import { durationSeconds } from './duration';
import { asDraft, asText } from './rule';
import type { Draft, Rule } from './rule';
import { isZone } from './zone';

/** Temporal looks back by ten seconds at least: shorter periods would be made up for twice. */
const SHORTEST_SECONDS = 60;

/** What only one of the runbooks is asked for. */
const OWNERS = { only: 'backup', point: 'drill' };
/** Enough for a pattern of the day to come again; each takes half a millisecond, and every command reads the file. */
const LOOKED_AT = 26;

/** Rules for when runbooks start by themselves. */
export const scheduleRules: readonly Rule[] = [
  function eachHasItsTimes(stack, report) {
    for (const [runbook, { cron, every, zone }] of entriesOf(stack)) {
      const path = ['schedule', runbook];
      if ((cron === undefined) === (every === undefined)) {
        report(path, 'must have one of `cron` and `every`', 'key');
      } else if (every !== undefined && zone !== undefined) {
        report([...path, 'zone'], 'is for `cron`; `every` counts in UTC');
      }
    }
  },

  function zonesAreKnown(stack, report) {
    for (const [runbook, { zone }] of entriesOf(stack)) {
      if (typeof zone !== 'string' || isZone(zone)) continue;
      const path = ['schedule', runbook, 'zone'];
      report(path, 'must be the name of a time zone, such as `Europe/Berlin`');
    }
  },

  function cronIsCron(stack, report) {
    for (const [runbook, { cron }] of entriesOf(stack)) {
      const problem = typeof cron === 'string' ? cronProblem(cron) : undefined;
      if (problem !== undefined) report(['schedule', runbook, 'cron'], problem);
    }
  },

  function periodsAreNotTooShort(stack, report) {
    for (const [runbook, { every }] of entriesOf(stack)) {
      const seconds = durationSeconds(asText(every));
      if (seconds === undefined || seconds >= SHORTEST_SECONDS) continue;
      report(['schedule', runbook, 'every'], 'must be at least `1m`');
    }
  },

  function jitterIsShorterThanThePeriod(stack, report) {
    for (const [runbook, entry] of entriesOf(stack)) {
      const [jitter, period] = [durationSeconds(asText(entry['jitter'])), periodOf(entry)];
      if (jitter === undefined || period === undefined || jitter < period) continue;
      const path = ['schedule', runbook, 'jitter'];
      report(path, 'must be shorter than the time from one start to the next');
    }
  },

  function eachHasItsOwnOptions(stack, report) {
    for (const [runbook, entry] of entriesOf(stack)) {
      for (const [key, owner] of Object.entries(OWNERS)) {
        if (entry[key] === undefined || runbook === owner) continue;
        report(['schedule', runbook, key], `is for a ${owner}`, 'key');
      }
    }
  },

  function itsPartsAreProtected(stack, report) {
    const protectedNames = Object.keys(asDraft(stack['protect']));
    for (const [runbook, { only }] of entriesOf(stack)) {
      for (const [index, name] of (Array.isArray(only) ? only : []).entries()) {
        if (typeof name !== 'string' || protectedNames.includes(name)) continue;
        report(['schedule', runbook, 'only', index], 'is no entry of `protect`');
      }
    }
  },
];

function entriesOf(stack: Draft): readonly (readonly [runbook: string, entry: Draft])[] {
  return Object.entries(asDraft(stack['schedule'])).map(([name, entry]) => [name, asDraft(entry)]);
}

/** The shortest time from one start to the next; undefined where what is written has none. */
function periodOf({ cron, every, zone = 'UTC' }: Draft): number | undefined {
  if (typeof cron !== 'string') return durationSeconds(asText(every));
  if (cronProblem(cron) !== undefined || typeof zone !== 'string' || !isZone(zone))
    return undefined;
  return gapsSeconds({ cron, zone }, new Date(), LOOKED_AT).shortest;
}
