import { asDraft, type Rule } from './rule';
import { isZone } from './zone';

/** Rules for which recovery points are kept. */
export const keepRules: readonly Rule[] = [
  function aPolicyKeepsSomething({ keep }, report) {
    const isMap = typeof keep === 'object' && keep !== null && !Array.isArray(keep);
    if (!isMap || Object.keys(keep).some((key) => key !== 'zone')) return;
    report(
      ['keep'],
      'must say what is kept, such as `{daily: 7, weekly: 4}`; without `keep` everything is',
      'key',
    );
  },

  function zoneOfDaysIsKnown({ keep }, report) {
    const { zone } = asDraft(keep);
    if (typeof zone !== 'string' || isZone(zone)) return;
    report(['keep', 'zone'], 'must be the name of a time zone, such as `Europe/Berlin`');
  },
];
