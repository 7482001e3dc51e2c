import type { Ports, RepositoryProbe } from './ports';
import { runStep, type StepInput } from './run-step';

/**
 * Looks whether the stack's repository is there and opens with its password.
 * Shape:  { stack } → { state, id?, program, freeBytes? }
 * Retry:  safe; reads only
 * Throws: CredentialsRejected (wrong password) · ServiceUnavailable (backend away) · CommandFailed (damaged)
 */
export const observeRepository =
  (ports: Ports) =>
  (input: StepInput): Promise<RepositoryProbe> =>
    runStep(ports, input, { phase: 'observe repository' }, (attempt, site) =>
      ports.openRepository(site, input.stack.repository).probe(attempt),
    );
