import type { ObservedRepository } from '../../workflows/backup/plan-backup';
import type { Ports } from '../ports/host-ports';
import type { RepositoryProbe } from '../ports/repository';
import { runStep, type StepInput } from '../frame/run-step';

/**
 * Looks whether the stack's repository is there and opens with its password, and what the stack's parts had last.
 * Shape:  { stack } → { state, id?, program, freeBytes?, lastSizes? }
 * Units:  lastSizes = octets of the newest dump, by the part's name
 * Retry:  safe; reads only
 * Throws: CredentialsRejected (wrong password) · ServiceUnavailable (backend away) · CommandFailed (damaged)
 */
export const observeRepository =
  (ports: Ports) =>
  (input: StepInput): Promise<RepositoryProbe & Pick<ObservedRepository, 'lastSizes'>> =>
    runStep(ports, input, { phase: 'observe repository' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const probe = await repository.probe(attempt);
      if (probe.state === 'absent') return probe;
      return { ...probe, lastSizes: await repository.lastSizes(input.stack.name, attempt) };
    });
