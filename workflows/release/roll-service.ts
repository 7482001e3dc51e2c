import type { CanaryStep } from '../model/outcome';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { judge } from './canary-step';
import { newService, type Placement, type RolledService } from './placement';
import { patienceFor, patienceOf, readyDetail } from './patience';
import { retiring, steeringAt, stepsOf, withRoom, type Rolled } from './rolling';
import { removeWhenUndone } from './start-slots';
import { gapDetail, renewSwitch, tookBackNotes, type Shifted } from './steering';
import { backWhenUndone, backWhileHeld } from './undo-rolling';

/**
 * Replaces the containers of a service one by one: one more of the release, ready before it gets requests, then one less of
 * what served. The one that goes is kept until the new ones are judged, so that the first bad one is undone at once.
 */
export async function rollService(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: RolledService,
): Promise<Shifted> {
  const { rolls, shares } = placed;
  const rolled: Rolled = { added: 0, kept: rolls.from };
  removeWhenUndone(run, undo, placement, placed);
  backWhenUndone(run, undo, placement, placed, rolled);
  let gapSeconds = placed.renewsSwitch
    ? await renewSwitch(run, placement, withRoom(placed), placed.active)
    : 0;
  backWhileHeld(run, placement, placed, rolled);
  const canary: CanaryStep[] = [];
  const notes: string[] = [];
  for (const [index, share] of shares.entries()) {
    const count = index + 1;
    await start(run, placement, placed, count);
    rolled.added = count;
    const steered = await steer(run, placement, placed, count);
    rolled.counters = steered.counters;
    gapSeconds = Math.max(gapSeconds, steered.gapSeconds ?? 0);
    notes.push(...tookBackNotes(placed.deployment.service, steered));
    if (rolls.judged && share < 100) {
      canary.push(await judge(run, placement, placed, share, rolled));
    }
    notes.push(...(await retire(run, placement, placed, rolled)));
  }
  return { canary, gapSeconds, notes };
}

async function start(
  run: Run,
  { project, release }: Placement,
  placed: RolledService,
  count: number,
): Promise<void> {
  const { port, ready } = placed.deployment;
  const starting = {
    ...{ stack: run.stack, project, release, service: newService(placed), port },
    // The first finds what an earlier release may have left; the next ones find those that serve.
    scale: { containers: count, keeps: count > 1 },
  };
  await run.step(
    stepsOf(placed, count).start,
    (options, corrected) =>
      run.act.startService.executeWithOptions(options, [
        { ...starting, ready, ...patienceFor(placed.deployment, corrected) },
      ]),
    { detail: readyDetail, values: patienceOf(placed.deployment) },
  );
}

function steer(run: Run, placement: Placement, placed: RolledService, count: number) {
  const steered = steeringAt(run, placement, placed, count);
  return run.step(
    stepsOf(placed, count).shift,
    (options) => run.act.steerTraffic.executeWithOptions(options, [steered]),
    { detail: gapDetail },
  );
}

async function retire(
  run: Run,
  placement: Placement,
  placed: RolledService,
  rolled: Rolled,
): Promise<string[]> {
  const { deployment, active, replicas } = placed;
  const step = stepsOf(placed, rolled.added).retire;
  rolled.kept = Math.min(rolled.kept, replicas - rolled.added);
  const retired = retiring(run, placement, placed, rolled.kept);
  const { left, seconds } = await run.step(
    step,
    (options) => run.act.retireServers.executeWithOptions(options, [retired]),
    {
      detail: (drained) => ({
        detail: `${drained.left} left after ${drained.seconds.toFixed(1)} s`,
      }),
    },
  );
  if (left === 0) return [];
  return [
    `${left} connections of ${deployment.service} were still in flight in ${active} after ${seconds.toFixed(0)} s, ` +
      'and ended with its container.',
  ];
}
