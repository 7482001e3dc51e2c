import type { DrillOptions } from '../model/drill';
import type { Obstacle } from '../model/obstacle';
import type { RestoreOptions } from '../model/options';
import type { ListedPoint, ManifestSummary } from '../model/recovery-point';
import { isObstacle, preconditionFailed } from '../run/failures';
import type { Run } from '../run/runbook';

/** Throws: PreconditionFailed where there is no such point */
export async function findDrillPoint(run: Run, options: DrillOptions): Promise<ManifestSummary> {
  const point = await choosePoint(run, options);
  const wanted = { point, only: options.only };
  return run.step(
    { id: 'choose-point', title: 'find the recovery point' },
    (settings) =>
      run.act.findRecoveryPoint.executeWithOptions(settings, [{ stack: run.stack, wanted }]),
    { detail: ({ point: found }) => ({ detail: `${found.id}, taken ${found.takenAt}` }) },
  );
}

async function choosePoint(
  run: Run,
  { point, only }: DrillOptions,
): Promise<RestoreOptions['point']> {
  if ('id' in point) return point;
  if (point.choice === 'newest') return { newest: true };
  const { points } = await run.step(
    { id: 'list-points', title: 'list the recovery points' },
    (settings) => run.act.listRecoveryPoints.executeWithOptions(settings, [{ stack: run.stack }]),
  );
  const chosen = pickPoint(points, point.choice, { only, random: Math.random() });
  if (isObstacle(chosen)) throw preconditionFailed(chosen);
  return { id: chosen.id };
}

/**
 * The oldest of the points that can be proved, or any of them.
 * Shape:  points newest first, choice, { names of entries or parts, a number from 0 to 1 } → point, or an obstacle
 */
export function pickPoint(
  points: readonly ListedPoint[],
  choice: 'oldest' | 'random',
  { only, random }: { readonly only: readonly string[]; readonly random: number },
): ListedPoint | Obstacle {
  const entries = only.map((name) => name.split('/', 1)[0] ?? name);
  const fitting = points.filter(
    (point) =>
      point.missing === 0 &&
      (entries.length === 0 ? !point.partial : entries.every((one) => point.entries.includes(one))),
  );
  const chosen =
    choice === 'oldest' ? fitting.at(-1) : fitting[Math.floor(random * fitting.length)];
  if (chosen !== undefined) return chosen;
  return {
    obstacle: 'the repository has no recovery point that holds all of it and is whole',
    advice: '`pawl points` lists what there is; `pawl backup` makes one.',
  };
}
