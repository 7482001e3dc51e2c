import type { ListedPoint, PointList } from '../../workflows/model/recovery-point';
import type { ProofSummary } from '../../workflows/model/proof';

/** A nightly backup may be two hours late. */
const STALE_POINT_SECONDS = 26 * 3600;
/** A weekly drill may be a day late. */
const STALE_PROOF_SECONDS = 8 * 86_400;
/** The trend that is shown. */
const LAST_DRILLS = 5;

export interface Readiness {
  readonly verdict: 'ready' | 'ready-with-warnings' | 'not-ready';
  /** What is wrong, gravest first, in sentences without their full stops. */
  readonly lacking: readonly string[];
  readonly warnings: readonly string[];
  /** The newest that is whole and of everything: what a total loss goes back to. */
  readonly point?: ListedPoint & { readonly ageSeconds: number };
  /** The newest that held, of everything. */
  readonly proof?: ProofSummary & { readonly ageSeconds: number };
  /** As drills have measured it. Absent before the first that held. */
  readonly forecast?: {
    /** Octets of dumps brought back in a second. */
    readonly bytesPerSecond: number;
    /** For everything of the newest point. */
    readonly seconds: number;
  };
  /** The newest drill of each of the newest points that were drilled, newest first. */
  readonly drills: readonly ProofSummary[];
}

/**
 * Judges whether a stack could be brought back, by what its repository has.
 * Shape:  recovery points with their proofs, now (milliseconds) → Readiness
 */
export function judgeReadiness({ points, unreadable }: PointList, now: number): Readiness {
  const age = (time: string) => Math.max(0, (now - Date.parse(time)) / 1000);
  const point = points.find(({ missing, partial }) => missing === 0 && !partial);
  const drills = points
    // All of a partial point is not all of the stack.
    .flatMap(({ proof, partial }) => (proof && { ...proof, whole: proof.whole && !partial }) ?? [])
    .sort((a, b) => b.provedAt.localeCompare(a.provedAt));
  const [newest] = drills;
  const proof = drills.find(({ ok, whole }) => ok && whole);
  const forecast = forecastOf(point, drills);
  const torn = points.filter(({ missing }) => missing > 0).length;
  const lacking = [
    ...(point === undefined ? ['there is no recovery point that is whole and of everything'] : []),
    ...(newest?.ok === false
      ? [`the newest drill, ${newest.drill}, failed at ${newest.failed ?? 'a gate'}`]
      : []),
    ...(proof === undefined ? ['no recovery point was ever proved as a whole'] : []),
  ];
  const warnings = [
    ...(point !== undefined && age(point.takenAt) > STALE_POINT_SECONDS
      ? ['the newest recovery point is more than 26 hours old']
      : []),
    ...(proof !== undefined && age(proof.provedAt) > STALE_PROOF_SECONDS
      ? ['the newest proof is more than 8 days old']
      : []),
    ...(torn > 0 ? [`recovery points that have lost parts: ${torn}`] : []),
    ...(unreadable.length > 0 ? [`recovery points that cannot be read: ${unreadable.length}`] : []),
  ];
  return {
    verdict:
      lacking.length > 0 ? 'not-ready' : warnings.length > 0 ? 'ready-with-warnings' : 'ready',
    ...{ lacking, warnings, drills: drills.slice(0, LAST_DRILLS) },
    ...(point === undefined ? {} : { point: { ...point, ageSeconds: age(point.takenAt) } }),
    ...(proof === undefined ? {} : { proof: { ...proof, ageSeconds: age(proof.provedAt) } }),
    ...(forecast === undefined ? {} : { forecast }),
  };
}

/** By the newest drill that brought something back: hosts and data change. */
function forecastOf(
  point: ListedPoint | undefined,
  drills: readonly ProofSummary[],
): Readiness['forecast'] {
  const measured = drills.find(
    ({ ok, bytes, recoverySeconds }) => ok && bytes > 0 && recoverySeconds > 0,
  );
  if (point === undefined || measured === undefined) return undefined;
  const bytesPerSecond = measured.bytes / measured.recoverySeconds;
  return { bytesPerSecond, seconds: point.bytes / bytesPerSecond };
}
