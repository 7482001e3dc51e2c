import type { ProtectEntry } from '../workflows/model/stack';
import { engineFor } from './engine-for';
import type { EngineObservation, Ports } from './ports';
import { runStep, type StepInput } from './run-step';

export interface ObserveEntryInput extends StepInput {
  readonly entry: ProtectEntry;
}

/**
 * Looks at one entry of `protect`: the server's version, the parts it consists of now and their sizes.
 * Shape:  { stack, entry } → { entry, engine, version, parts, notes }
 * Units:  expectedBytes = octets, a guide only
 * Retry:  safe; reads only
 * Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed (no such database, folder or container)
 */
export const observeEntry =
  (ports: Ports) =>
  (input: ObserveEntryInput): Promise<EngineObservation> =>
    runStep(ports, input, { phase: `observe ${input.entry.name}` }, (attempt, site) =>
      engineFor(ports, input.entry).observe(site, input.entry, attempt),
    );
