import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/**
 * Creates the stack's repository.
 * Retry:  safe; a repository that opens with this password is left as it is
 * Throws: CredentialsRejected (one is there, with another password) · ServiceUnavailable · CommandFailed
 */
export const initialiseRepository =
  (ports: Ports) =>
  (input: StepInput): Promise<void> =>
    runStep(ports, input, { phase: 'initialise repository' }, (attempt, site) =>
      ports.openRepository(site, input.stack.repository).initialise(attempt),
    );
