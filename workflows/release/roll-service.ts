import { isCancellation, type ActivityOptions } from '@temporalio/workflow';
import { slotService } from '../model/deployment';
import type { CanaryStep } from '../model/outcome';
import { stepId } from '../model/step-id';
import { ALL, sharesOf, type Shares } from '../model/traffic';
import { rollStep } from './traffic-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { judge, type Reached } from './canary-step';
import { newService, type Placement, type RolledService } from './placement';
import { patienceFor, patienceOf, readyDetail } from './patience';
import { removeWhenUndone } from './start-slots';
import { goOnStep, holdStep, shiftBackStep } from './undo-steps';
import { gapDetail, renewSwitch, steering, tookBackNotes, type Shifted } from './steering';

/** How far the containers of a service are replaced. */
interface Rolled extends Pick<Reached, 'counters'> {
  /** Containers of the new slot that get requests. */
  added: number;
  /** Containers of the old slot that are left, whatever an attempt to retire some has come to. */
  kept: number;
}

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

function backWhenUndone(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: RolledService,
  rolled: Rolled,
): void {
  const { deployment, active } = placed;
  undo.push(
    shiftBackStep(deployment.service, active),
    (options) => sendBack(run, placement, placed, rolled, options),
    { urgent: true, detail: gapDetail },
  );
}

/** While a person thinks about a step that has failed, all requests go to what served well before. */
function backWhileHeld(
  run: Run,
  placement: Placement,
  placed: RolledService,
  rolled: Rolled,
): void {
  const { deployment, slot, active, shares } = placed;
  const { service } = deployment;
  run.whileHeld.push({
    before: async () => {
      if (rolled.added === 0) return;
      await run.step(holdStep(service, active), (options) =>
        sendBack(run, placement, placed, rolled, options),
      );
    },
    after: async () => {
      const share = shares[rolled.added - 1];
      if (share === undefined) return;
      await run.step(goOnStep(service, share, slot), (options) =>
        goOn(run, placement, placed, rolled, options),
      );
    },
  });
}

/** What is left of the old slot gets all requests at once; then it is made whole again. */
async function sendBack(
  run: Run,
  placement: Placement,
  placed: RolledService,
  { kept }: Rolled,
  options: ActivityOptions,
): ReturnType<Run['act']['steerTraffic']> {
  const { active, rolls } = placed;
  if (kept < rolls.from) {
    if (kept > 0) await relieve(run, placement, placed, kept, options);
    await startAgain(run, placement, placed, options);
  }
  const shares = sharesOf(active, ALL, 'off');
  return run.act.steerTraffic.executeWithOptions(options, [
    steering(run, placement, withRoom(placed), shares, placed.before),
  ]);
}

async function relieve(
  run: Run,
  placement: Placement,
  placed: RolledService,
  kept: number,
  options: ActivityOptions,
): Promise<void> {
  const { deployment, active } = placed;
  const shares = sharesOf(active, { weight: 100, servers: kept }, 'off');
  try {
    await run.act.steerTraffic.executeWithOptions(
      { ...options, activityId: stepId('relieve', deployment.service) },
      [steering(run, placement, withRoom(placed), shares, placed.before)],
    );
  } catch (error) {
    // One of them has died: the whole slot, which must serve in any case, is started all the more.
    if (isCancellation(error)) throw error;
  }
}

/** Those that run stay as they are: they may be all that serves. */
async function startAgain(
  run: Run,
  { project, release }: Placement,
  { deployment, active, before = release, rolls }: RolledService,
  options: ActivityOptions,
): Promise<void> {
  const { service, port, ready } = deployment;
  await run.act.startService.executeWithOptions(
    { ...options, activityId: stepId('start-again', service) },
    [
      {
        ...{ stack: run.stack, project, release: before, port, ready },
        ...{ service: slotService(service, active) },
        scale: { containers: rolls.from, keeps: true },
      },
    ],
  );
}

async function goOn(
  run: Run,
  placement: Placement,
  placed: RolledService,
  rolled: Rolled,
  options: ActivityOptions,
): Promise<void> {
  const { counters } = await run.act.steerTraffic.executeWithOptions(options, [
    steeringAt(run, placement, placed, rolled.added),
  ]);
  rolled.counters = counters;
  await run.act.retireServers.executeWithOptions(
    { ...options, activityId: stepId('retire-again', placed.deployment.service) },
    [retiring(run, placement, placed, rolled.kept)],
  );
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

function retiring(
  run: Run,
  { project }: Placement,
  { deployment, active }: RolledService,
  keep: number,
) {
  return { stack: run.stack, project, deployment, slot: active, keep };
}

function steeringAt(run: Run, placement: Placement, placed: RolledService, added: number) {
  return steering(run, placement, withRoom(placed), sharesAt(placed, added), placement.release);
}

/** Each server gets as much as each other one. The last share is of a whole slot, whatever its servers' addresses become. */
function sharesAt({ slot, replicas, rolls }: RolledService, added: number): Shares {
  if (added === replicas) return sharesOf(slot, ALL, 'drain');
  const old = Math.min(rolls.from, replicas - added);
  return sharesOf(slot, { weight: 100, servers: added }, { weight: 100, servers: old });
}

/** From the first step to the last, the switch has as many servers for each slot as the larger one needs: no reload between. */
function withRoom(placed: RolledService): RolledService {
  return { ...placed, replicas: Math.max(placed.replicas, placed.rolls.from) };
}

function stepsOf({ deployment, slot, shares }: RolledService, count: number) {
  return rollStep({ service: deployment.service, slot, shares }, count);
}
