import type { OpenUpkeep } from '../../ports/retention';
import { check } from './check';
import { forget } from './forget';
import { prune } from './prune';
import { Restic, type ResticOptions } from './restic';
import { measure, survey } from './survey';

/** `Upkeep` by the restic program. */
export function createResticUpkeep(options: ResticOptions): OpenUpkeep {
  return (site, description) => {
    const restic = new Restic(options, site, description);
    return {
      survey: (stack, times, attempt) => survey(restic, stack, times, attempt),
      measure: (stack, attempt) => measure(restic, stack, attempt),
      forget: (stack, chosen, attempt) => forget(restic, stack, chosen, attempt),
      prune: (attempt) => prune(restic, attempt),
      check: (stack, slice, attempt) => check(restic, stack, slice, attempt),
    };
  };
}
