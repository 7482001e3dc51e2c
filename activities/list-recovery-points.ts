import type { RecoveryPointSummary } from '../workflows/model/recovery-point';
import type { Ports } from './ports';
import { runStep, type StepInput } from './run-step';

/** A list for a person. Older points are found by id or time all the same. */
const MOST = 1000;

/** Temporal takes no payload above 2 MiB. */
const MOST_BYTES = 1.5 * 1024 ** 2;

/**
 * Lists the stack's recovery points.
 * Shape:  { stack } → newest first, at most 1,000, fewer where they hold very many entries
 * Retry:  safe; reads only
 * Throws: as the repository
 */
export const listRecoveryPoints =
  (ports: Ports) =>
  (input: StepInput): Promise<readonly RecoveryPointSummary[]> =>
    runStep(ports, input, { phase: 'list recovery points' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const points = await repository.listRecoveryPoints(input.stack.name, attempt);
      return withinPayload(points.slice(0, MOST));
    });

function withinPayload(points: readonly RecoveryPointSummary[]): readonly RecoveryPointSummary[] {
  let bytes = 0;
  const tooMany = points.findIndex((point) => {
    bytes += Buffer.byteLength(JSON.stringify(point)) + 1;
    return bytes > MOST_BYTES;
  });
  return tooMany === -1 ? points : points.slice(0, tooMany);
}
