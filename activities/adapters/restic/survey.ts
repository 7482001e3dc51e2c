import type { Growth } from '../../../workflows/model/retention';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { Survey, SurveyTimes, SurveyedPoint } from '../../ports/retention';
import { configArguments, statsArguments } from './arguments';
import { isOfStack, markedRun, stackManifestTags, stackPartTags } from './labels';
import { listSnapshots } from './list-snapshots';
import { foundPoints } from './manifests';
import { findMissingParts } from './missing-parts';
import { freeSpace } from './probe';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';
import { removeLocksOfTheDead } from './stale-locks';
import { isUnreadableManifest, strayRuns } from './stray-runs';

const REPOSITORY_ID = /^[0-9a-f]{64}$/;

/** Growth is the mean of so many days, of fewer where points have not come for as long. */
const MOST_DAYS = 14;
const LEAST_DAYS = 2;
const DAY_MILLISECONDS = 86_400_000;

/** What the repository holds of a stack, by one list of all snapshots. Clears away what a power cut left. */
export async function survey(
  restic: Restic,
  stack: string,
  { now, straysBefore }: SurveyTimes,
  attempt: Attempt,
): Promise<Survey> {
  const { signal } = attempt;
  const attempted = `Listing what ${restic.name} has`;
  const repositoryId = await readId(restic, signal);
  await removeLocksOfTheDead(restic, signal);
  const all = await listSnapshots(restic, { anyOf: [], attempted, signal });
  const own = all.filter((one) => markedRun(one) !== undefined && isOfStack(one, stack));
  const found = foundPoints(own);
  const listed = { own, all: () => Promise.resolve(all) };
  const missing = await findMissingParts(restic, found.points, listed, attempt);
  const stored = storedByRun(own);
  const points = found.points.flatMap((point): SurveyedPoint[] => {
    const { missing: lost = 0, unreadable } = missing.get(point.id) ?? {};
    if (unreadable !== undefined) return [];
    return [{ ...point, missing: lost, storedBytes: stored.get(point.runKey) ?? 0 }];
  });
  const unreadable =
    all.filter(isUnreadableManifest).length + (found.points.length - points.length);
  const growth = growthOf(all, now);
  return {
    ...{ repositoryId, points, unreadable },
    strays: strayRuns(all, stack, straysBefore).size,
    ...(growth && { growth: { ...growth, ...(await freeSpace(restic)) } }),
  };
}

/** Octets that the stack takes, each counted once. */
export async function measure(restic: Restic, stack: string, attempt: Attempt): Promise<number> {
  const output = await restic.run(
    {
      args: statsArguments([stackManifestTags(stack), stackPartTags(stack)]),
      attempted: `Measuring what ${stack} takes in ${restic.name}`,
      signal: attempt.signal,
    },
    'network',
  );
  return (JSON.parse(output) as { total_size: number }).total_size;
}

async function readId(restic: Restic, signal: AbortSignal): Promise<string> {
  const attempted = `Opening the repository ${restic.name}`;
  const config = await restic.run({ args: configArguments(), attempted, signal });
  const { id } = JSON.parse(config) as { id?: unknown };
  if (typeof id === 'string' && REPOSITORY_ID.test(id)) return id;
  throw new AdapterError('VerificationFailed', `The repository ${restic.name} has no id`);
}

function storedByRun(own: readonly Snapshot[]): ReadonlyMap<string, number> {
  const stored = new Map<string, number>();
  for (const snapshot of own) {
    const runKey = markedRun(snapshot);
    if (runKey === undefined) continue;
    const bytes = snapshot.summary?.data_added_packed ?? 0;
    stored.set(runKey, (stored.get(runKey) ?? 0) + bytes);
  }
  return stored;
}

/** Of everything in the repository: its disk is for all of it. */
function growthOf(all: readonly Snapshot[], now: string): Growth | undefined {
  const end = Date.parse(now);
  const ages = all.map(({ time }) => (end - Date.parse(time)) / DAY_MILLISECONDS);
  const overDays = Math.min(MOST_DAYS, Math.floor(ages.reduce((a, b) => Math.max(a, b), 0)));
  if (overDays < LEAST_DAYS) return undefined;
  const bytes = all.reduce((sum, { summary }, index) => {
    const isRecent = (ages[index] ?? 0) <= overDays;
    return isRecent ? sum + (summary?.data_added_packed ?? 0) : sum;
  }, 0);
  return { bytesPerDay: Math.round(bytes / overDays), overDays };
}
