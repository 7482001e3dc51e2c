import type { Part } from '../workflows/model/recovery-point';
import type { RestoreTarget } from '../workflows/model/restore-target';
import { engineFor, entryOf } from './engine-for';
import type { Ports, TargetObservation } from './ports';
import { runStep, type StepInput } from './run-step';

/** A part and where it is restored. */
export interface TargetInput extends StepInput {
  readonly part: Part;
  readonly target: RestoreTarget;
}

/**
 * Looks at what a restored part would replace.
 * Shape:  { stack, part, target } → { exists, bytes, otherSessions, freeBytes?, version }
 * Retry:  safe; reads only
 * Throws: PreconditionFailed · CredentialsRejected · ServiceUnavailable
 */
export const observeRestoreTarget =
  (ports: Ports) =>
  (input: TargetInput): Promise<TargetObservation> =>
    runStep(ports, input, { phase: `observe target ${input.part.name}` }, (attempt, site) => {
      const entry = entryOf(input.stack, input.part);
      return engineFor(ports, entry).observeTarget(site, entry, input.part, input.target, attempt);
    });
