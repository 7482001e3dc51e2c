import { isCancellation, type ActivityOptions } from '@temporalio/workflow';
import { slotService } from '../model/deployment';
import { stepId } from '../model/step-id';
import { ALL, sharesOf } from '../model/traffic';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import type { Placement, RolledService } from './placement';
import { retiring, steeringAt, withRoom, type Rolled } from './rolling';
import { gapDetail, steering } from './steering';
import { goOnStep, holdStep, shiftBackStep } from './undo-steps';

/* The ways back to what served before, for a service whose containers are replaced one by one. */

export function backWhenUndone(
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
export function backWhileHeld(
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
