import type { ObservedRetention, PointFacts } from '../../workflows/model/retention';
import type { ProofSummary } from '../../workflows/model/proof';
import type { ReleaseList } from '../../workflows/model/release';
import { runStep, type StepInput } from '../frame/run-step';
import type { HostPorts, Ports } from '../ports/host-ports';
import type { SurveyedPoint } from '../ports/retention';
import { straysBefore } from './strays-before';

/** Temporal takes no payload above 2 MiB, and the plan has each point too. */
const MOST_BYTES = 1024 ** 2;

export type RetentionPorts = Ports & {
  readonly release: Pick<HostPorts['release'], 'releases'>;
};

/**
 * Looks at every recovery point of the stack, and at what decides whether it may go.
 * Shape:  { stack, now } → ObservedRetention; of points beyond 1 MiB only the newest
 * Units:  storedBytes, heldBytes = octets in the repository, deduplicated and compressed
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no repository) · CredentialsRejected · ServiceUnavailable
 */
export const observeRetention =
  (ports: RetentionPorts) =>
  (input: StepInput & { readonly now: string }): Promise<ObservedRetention> =>
    runStep(ports, input, { phase: 'observe retention' }, async (attempt, site) => {
      const { stack, now } = input;
      const upkeep = ports.openUpkeep(site, stack.repository);
      const times = { now, straysBefore: straysBefore(stack, now) };
      const { points: found, ...rest } = await upkeep.survey(stack.name, times, attempt);
      const releases = await ports.release.releases.list(stack.name);
      const proofs = await ports.openProofs(site, stack.repository).list(stack.name, attempt);
      const points = withinPayload(found.map((point) => factsOf(point, releases, proofs)));
      const isMeasured = stack.keep?.maxBytes !== undefined;
      return {
        ...rest,
        points,
        notSeen: found.length - points.length,
        ...(isMeasured && { heldBytes: await upkeep.measure(stack.name, attempt) }),
        ...(await ports.checks.of(rest.repositoryId)),
      };
    });

/**
 * What restores from a point has the stack to itself, so that none is in use beside this run. A stack has one
 * repository, so that no point should lie elsewhere.
 */
function factsOf(
  point: SurveyedPoint,
  { releases }: ReleaseList,
  proofs: readonly ProofSummary[],
): PointFacts {
  const { id, otherIds = [], run, runKey, takenAt, entries, partial } = point;
  const ids = [id, ...otherIds];
  const release = releases.find(({ recoveryPoint = '' }) => ids.includes(recoveryPoint));
  const proof = proofs.find((one) => one.runKey === runKey && one.ok && one.whole);
  return {
    ...{ id, run, runKey, takenAt, entries, partial },
    ...{ missing: point.missing, storedBytes: point.storedBytes },
    ...(release && { neededByRelease: release.number }),
    ...(proof && { provedAt: proof.provedAt }),
    ...{ inUse: false, isOnlyCopy: false },
  };
}

function withinPayload(points: readonly PointFacts[]): readonly PointFacts[] {
  let bytes = 0;
  const tooMany = points.findIndex((point) => {
    bytes += Buffer.byteLength(JSON.stringify(point)) + 1;
    return bytes > MOST_BYTES;
  });
  return tooMany === -1 ? points : points.slice(0, tooMany);
}
