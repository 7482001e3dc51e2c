import type { ObservedRepository } from '../../workflows/backup/plan-backup';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/**
 * Looks whether the stack's repository is there and opens with its password, and what the stack's parts had last.
 * Shape:  { stack } → { state, freeBytes?, lastSizes? }
 * Units:  lastSizes = octets of the newest dump, by the part's name
 * Retry:  safe; reads only
 * Throws: CredentialsRejected (wrong password) · ServiceUnavailable (backend away) · CommandFailed (damaged)
 */
export const observeRepository =
  (ports: Ports) =>
  (input: StepInput): Promise<ObservedRepository> =>
    runStep(ports, input, { phase: 'observe repository' }, (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      return repository.observe(input.stack.name, attempt);
    });
