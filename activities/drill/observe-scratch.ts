import type { ObservedScratch } from '../../workflows/drill/plan-drill';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';
import { entryWithScratch } from './entry-with-scratch';

export interface ScratchInput extends StepInput {
  /** Name of an entry of `protect`. */
  readonly entry: string;
  /** Of the server that was dumped: `PostgreSQL 15.18`. */
  readonly sourceVersion: string;
}

/**
 * Looks where an entry's parts could be restored without touching anything live.
 * Shape:  { stack, entry, sourceVersion } → { entry, kind, place, disk, freeBytes? }, or why there is no such place
 * Units:  freeBytes = octets
 * Retry:  safe; reads only
 * Throws: ServiceUnavailable · CredentialsRejected
 */
export const observeScratch =
  (ports: Ports) =>
  (input: ScratchInput): Promise<ObservedScratch> =>
    runStep(ports, input, { phase: `observe scratch ${input.entry}` }, async (attempt, site) => {
      const { sourceVersion } = input;
      try {
        const { entry, kind, places } = entryWithScratch(ports, input);
        const seen = await places.observe({ site, entry, sourceVersion, attempt });
        return { entry: entry.name, kind, ...seen };
      } catch (error) {
        if (!(error instanceof AdapterError) || error.kind !== 'PreconditionFailed') throw error;
        return { entry: input.entry, lacking: error.message };
      }
    });
