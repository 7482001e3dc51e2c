import type { BackupOutcome, ReleasedOutcome } from '../../workflows/model/outcome';
import type { ProofSummary } from '../../workflows/model/proof';
import type { PointList, RecoveryPointSummary } from '../../workflows/model/recovery-point';
import { isMark } from '../../workflows/model/seal';
import type { StackDescription } from '../../workflows/model/stack';
import { askBriefly } from '../temporal/ask-briefly';
import type { ListedRun } from '../temporal/run-list';
import type { Session } from '../temporal/session';

/** It opens the repository, which may be far away. */
const ANSWER_MILLISECONDS = 8_000;

/** What is known of a recovery point: all from the repository; from the run that saved it less. */
export type KnownPoint = Pick<RecoveryPointSummary, 'id' | 'run' | 'takenAt'> &
  Partial<RecoveryPointSummary>;

/** The newest recovery points of a stack, whichever runbook saved them. */
export interface NewestPoints {
  /** `repository`: as it lists them now. `runs`: as Temporal remembers the runs that saved them. */
  readonly from: 'repository' | 'runs';
  /** Why the repository, which was asked, did not tell; a sentence without its full stop. */
  readonly repositoryUnread?: string;
  /** Of everything: what a plain restore takes. */
  readonly whole?: KnownPoint;
  /** Of chosen entries, where it is newer than the whole one. */
  readonly partial?: KnownPoint;
  /** The newest proof, also one that has failed; absent where none is known. */
  readonly proof?: ProofSummary;
}

/** The repository knows, and its host can be asked; where it does not answer, the runs that Temporal knows tell. */
export async function readNewestPoints(
  session: Session,
  stack: StackDescription | undefined,
  runs: readonly ListedRun[],
): Promise<NewestPoints> {
  const told = stack && (await askRepository(session, stack));
  const listed = told?.answer;
  if (listed !== undefined) {
    // A point whose parts are gone is none that helps.
    const points = listed.points.filter(({ missing }) => missing === 0);
    const [proof] = listed.points
      .flatMap((point) => point.proof ?? [])
      .sort((a, b) => b.provedAt.localeCompare(a.provedAt));
    return { from: 'repository', ...newest(points), ...(proof === undefined ? {} : { proof }) };
  }
  const known = newest(await pointsOfRuns(session, runs));
  return { from: 'runs', ...known, ...(told && { repositoryUnread: told.why }) };
}

function askRepository(session: Session, stack: StackDescription) {
  return askBriefly<PointList>(
    session,
    { stack, type: 'points', prefix: 'points', input: { stack } },
    ANSWER_MILLISECONDS,
  );
}

/** Newest first in, the newest of each kind out. */
function newest(points: readonly KnownPoint[]): Pick<NewestPoints, 'whole' | 'partial'> {
  const whole = points.find((point) => point.partial !== true);
  const [first] = points;
  return {
    ...(whole === undefined ? {} : { whole }),
    ...(first?.partial === true ? { partial: first } : {}),
  };
}

async function pointsOfRuns(
  session: Session,
  runs: readonly ListedRun[],
): Promise<readonly KnownPoint[]> {
  const points: KnownPoint[] = [];
  for (const run of runs.filter(({ outcome }) => outcome === 'done')) {
    if (run.runbook !== 'backup' && run.runbook !== 'deploy') continue;
    const point = await pointOf(session, run);
    if (point !== undefined) points.push(point);
    if (point !== undefined && point.partial !== true) break;
  }
  return points;
}

async function pointOf(
  { client, call }: Session,
  { run, startedAt }: ListedRun,
): Promise<KnownPoint | undefined> {
  const outcome = await call(async () => {
    const result: unknown = await client.workflow.getHandle(run).result();
    // Sealed with another key, or put there by somebody without one: it tells nothing.
    return isMark(result) ? undefined : (result as BackupOutcome | ReleasedOutcome | undefined);
  });
  if (outcome === undefined) return undefined;
  if (outcome.runbook === 'backup') return outcome.point;
  // A deploy saves it first.
  const { recoveryPoint } = outcome;
  return recoveryPoint === undefined ? undefined : { id: recoveryPoint, run, takenAt: startedAt };
}
