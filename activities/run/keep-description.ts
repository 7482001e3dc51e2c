import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/** A description, and the hash by which the steps after it name it. */
export interface KeepDescriptionInput extends StepInput {
  readonly hash: string;
}

/**
 * Keeps a long description of a stack on its host: the steps after it name it by its hash.
 * Shape:  { stack, hash } → nothing
 * Retry:  safe; writes the same again
 * Throws: CommandFailed (disk)
 */
export const keepDescription =
  (ports: Ports) =>
  (input: KeepDescriptionInput): Promise<void> =>
    runStep(ports, input, { phase: 'keep the description' }, () =>
      ports.descriptions.keep(input.hash, input.stack),
    );
