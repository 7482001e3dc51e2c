import type { RecoveryPointSummary } from '../workflows/model/recovery-point';
import type { Ports } from './ports';
import { runStep, type StepInput } from './run-step';

/** A list for a person. Older points are found by id or time all the same; 2 MiB is Temporal's limit for a payload. */
const MOST = 1000;

/**
 * Lists the stack's recovery points.
 * Shape:  { stack } → newest first, at most 1,000
 * Retry:  safe; reads only
 * Throws: as the repository
 */
export const listRecoveryPoints =
  (ports: Ports) =>
  (input: StepInput): Promise<readonly RecoveryPointSummary[]> =>
    runStep(ports, input, { phase: 'list recovery points' }, async (_attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      return (await repository.listRecoveryPoints(input.stack.name)).slice(0, MOST);
    });
