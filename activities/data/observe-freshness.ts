import type { SeenFreshness } from '../../workflows/model/freshness';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/** The newest ones are as a rule whole; whoever has lost parts of so many has other troubles. */
const LOOKED_AT = 10;

/**
 * Says when the newest recovery point of everything was taken of which no part is missing.
 * Shape:  { stack } → { pointAt }, ISO 8601; absent where there is none
 * Retry:  safe; reads only
 * Throws: as the repository
 */
export const observeFreshness =
  (ports: Ports) =>
  (input: StepInput): Promise<SeenFreshness> =>
    runStep(ports, input, { phase: 'look at the newest recovery point' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const { found, ...held } = await repository.look(input.stack.name, attempt);
      const ofEverything = found.points.filter(({ partial }) => !partial).slice(0, LOOKED_AT);
      const missing = await held.findMissingParts(ofEverything);
      const newest = ofEverything.find(({ id }) => !missing.has(id));
      return newest === undefined ? {} : { pointAt: newest.takenAt };
    });
