import type {
  ListedPoint,
  PointList,
  RecoveryPointSummary,
  UnreadablePoint,
} from '../../workflows/model/recovery-point';
import type { ProofSummary } from '../../workflows/model/proof';
import type { Ports } from '../ports/host-ports';
import type { MissingParts } from '../ports/repository';
import { openToRead, repositoryToRead } from '../frame/open-to-read';
import { runStep, type StepInput } from '../frame/run-step';

/** A list for a person. Older points are found by id or time all the same. */
const MOST = 1000;

/** Temporal takes no payload above 2 MiB. */
const MOST_BYTES = 1.5 * 1024 ** 2;

const WHOLE: MissingParts = { missing: 0, missingParts: [] };

/**
 * Lists the stack's recovery points, and says of each whether its parts are there, and what its newest drill came to.
 * Shape:  { stack } → { points, unreadable }, newest first, at most 1,000, fewer where they hold very many entries
 * Retry:  safe; reads only
 * Throws: as the repository
 */
export const listRecoveryPoints =
  (ports: Ports) =>
  (input: StepInput): Promise<PointList> =>
    runStep(ports, input, { phase: 'list recovery points' }, async (attempt, site) => {
      const repository = openToRead(ports, site, input.stack);
      const { found, ...held } = await repository.look(input.stack.name, attempt);
      const points = withinPayload(found.points.slice(0, MOST));
      const missing = await held.findMissingParts(points);
      const proofs = await ports
        .openProofs(site, repositoryToRead(input.stack))
        .list(input.stack.name, attempt);
      return {
        points: points.flatMap((point) => listed(point, missing.get(point.id), proofs) ?? []),
        unreadable: [
          ...points.flatMap((point) => unreadable(point, missing.get(point.id)) ?? []),
          ...found.unreadable,
        ].slice(0, MOST),
      };
    });

function listed(
  point: RecoveryPointSummary,
  { missing, missingParts, unreadable: why } = WHOLE,
  proofs: readonly ProofSummary[],
): ListedPoint | undefined {
  if (why !== undefined) return undefined;
  const proof = proofs.find(({ runKey }) => runKey === point.runKey);
  return { ...point, missing, missingParts, ...(proof === undefined ? {} : { proof }) };
}

function unreadable(
  { id, takenAt }: RecoveryPointSummary,
  { unreadable: reason } = WHOLE,
): UnreadablePoint | undefined {
  return reason === undefined ? undefined : { id, takenAt, reason };
}

function withinPayload(points: readonly RecoveryPointSummary[]): readonly RecoveryPointSummary[] {
  let bytes = 0;
  const tooMany = points.findIndex((point) => {
    bytes += Buffer.byteLength(JSON.stringify(point)) + 1;
    return bytes > MOST_BYTES;
  });
  return tooMany === -1 ? points : points.slice(0, tooMany);
}
