import { firstNotes } from '../../workflows/model/recovery-point';
import type { ProtectEntry } from '../../workflows/model/stack';
import { engineFor } from '../frame/engine-for';
import type { EngineObservation } from '../ports/engine';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/** A server may have thousands of databases, each with something to say. */
const MOST_NOTES = 100;

export interface ObserveEntryInput extends StepInput {
  readonly entry: ProtectEntry;
}

/**
 * Looks at one entry of `protect`: the server's version, the parts that it has now and their sizes.
 * Shape:  { stack, entry } → { entry, engine, version, parts, notes }, at most a hundred notes
 * Units:  expectedBytes = octets, a guide only
 * Retry:  safe; reads only
 * Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed (no such database, folder or container)
 */
export const observeEntry =
  (ports: Ports) =>
  (input: ObserveEntryInput): Promise<EngineObservation> =>
    runStep(ports, input, { phase: `observe ${input.entry.name}` }, async (attempt, site) => {
      const observed = await engineFor(ports, input.entry).observe({
        site,
        entry: input.entry,
        attempt,
      });
      return { ...observed, notes: firstNotes(observed.notes, MOST_NOTES) };
    });
