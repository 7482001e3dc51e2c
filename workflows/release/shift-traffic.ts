import { slotService, type Slot } from '../model/deployment';
import type { CanaryStep } from '../model/outcome';
import { ALL, sharesOf, type Shares } from '../model/traffic';
import { clearStep, drainStep, shiftStep } from './traffic-steps';
import {
  giveBackToComposeStep,
  goOnStep,
  holdStep,
  removeSwitchStep,
  shiftBackStep,
} from './undo-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { judge, type Reached } from './canary-step';
import {
  INSIST_SECONDS,
  isRolled,
  isSwitched,
  type Placement,
  type SwitchedService,
} from './placement';
import { rollService } from './roll-service';
import {
  firstGapDetail,
  gapDetail,
  renewSwitch,
  steering,
  tookBackNotes,
  type Shifted,
} from './steering';

/** Sends the requests of every switched service to the release: share by share, judged in between. */
export async function shiftTraffic(run: Run, undo: Undo, placement: Placement): Promise<Shifted> {
  const canary: CanaryStep[] = [];
  const notes: string[] = [];
  let gapSeconds = 0;
  for (const placed of placement.services) {
    if (!isSwitched(placed)) continue;
    const shifted = isRolled(placed)
      ? await rollService(run, undo, placement, placed)
      : await shiftService(run, undo, placement, placed);
    canary.push(...shifted.canary);
    notes.push(...shifted.notes);
    gapSeconds = Math.max(gapSeconds, shifted.gapSeconds);
  }
  return { canary, gapSeconds, notes };
}

async function shiftService(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: SwitchedService,
): Promise<Shifted> {
  const { slot, active } = placed;
  if (active === undefined) return takeOver(run, undo, placement, placed);
  const { service } = placed.deployment;
  undo.push(
    shiftBackStep(service, active),
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        {
          ...steering(run, placement, placed, sharesOf(active, ALL, 'off'), placed.before),
          ...(placed.asBefore && { asBefore: placed.asBefore }),
        },
      ]),
    { urgent: true, detail: gapDetail },
  );
  const canary: CanaryStep[] = [];
  const notes: string[] = [];
  let gapSeconds = placed.renewsSwitch ? await renewSwitch(run, placement, placed, active) : 0;
  const reached = shareWhileHeld(run, placement, placed, active);
  for (const share of placed.shares) {
    const shares = sharesFor(slot, share);
    reached.share = share;
    const steered = await steer(run, placement, placed, shares, share);
    reached.counters = steered.counters;
    gapSeconds = Math.max(gapSeconds, steered.gapSeconds ?? 0);
    notes.push(...tookBackNotes(service, steered));
    if (share < 100) canary.push(await judge(run, placement, placed, share, reached));
  }
  notes.push(...(await drain(run, placement, placed, active)));
  return { canary, gapSeconds, notes };
}

/** While a person thinks about a step that has failed, all requests go to what served well before. */
function shareWhileHeld(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  active: Slot,
): Reached {
  const { service } = placed.deployment;
  const reached: Reached = { share: 0 };
  // What served nobody is no better place for them.
  if (placed.asBefore !== undefined) return reached;
  run.whileHeld.push({
    before: async () => {
      if (reached.share === 0) return;
      const back = steering(run, placement, placed, sharesOf(active, ALL, 'off'), placed.before);
      await run.step(holdStep(service, active), (options) =>
        run.act.steerTraffic.executeWithOptions(options, [back]),
      );
    },
    after: async () => {
      if (reached.share === 0) return;
      const shares = sharesFor(placed.slot, reached.share);
      const again = steering(run, placement, placed, shares, placement.release);
      const { counters } = await run.step(
        goOnStep(service, reached.share, placed.slot),
        (options) => run.act.steerTraffic.executeWithOptions(options, [again]),
      );
      reached.counters = counters;
    },
  });
  return reached;
}

function sharesFor(slot: Slot, share: number): Shares {
  return sharesOf(slot, { weight: share }, share === 100 ? 'drain' : { weight: 100 - share });
}

/** The first time there is nothing to shift from: the switch begins with the release, and takes the port. */
async function takeOver(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: SwitchedService,
): Promise<Shifted> {
  const { project } = placement;
  const { adopts, before, asBefore } = placed;
  const { service } = placed.deployment;
  if (adopts && before !== undefined) {
    undo.push(
      giveBackToComposeStep(service),
      (options) =>
        run.act.startService.executeWithOptions(options, [
          {
            ...{ stack: run.stack, project, release: before, service },
            ...{ insistSeconds: INSIST_SECONDS, ...(asBefore && { asBefore }) },
          },
        ]),
      { urgent: true },
    );
  } else {
    undo.push(removeSwitchStep(service), (options) =>
      run.act.removeService.executeWithOptions(options, [
        { stack: run.stack, project, release: placement.release, service, whosever: true },
      ]),
    );
  }
  const { gapSeconds = 0 } = await steer(
    run,
    placement,
    placed,
    sharesOf(placed.slot, ALL, 'off'),
    100,
  );
  if (placed.clears !== undefined) await clear(run, placement, placed, placed.clears);
  return { canary: [], gapSeconds: adopts ? gapSeconds : 0, notes: [] };
}

async function clear(
  run: Run,
  { project, release }: Placement,
  { deployment }: SwitchedService,
  slot: Slot,
): Promise<void> {
  const service = slotService(deployment.service, slot);
  await run.step(
    clearStep(deployment.service, slot),
    (options) =>
      run.act.removeService.executeWithOptions(options, [
        { stack: run.stack, project, release, service, whosever: true },
      ]),
    { skipped: () => undefined },
  );
}

async function steer(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  shares: Shares,
  share: number,
) {
  const { service } = placed.deployment;
  return run.step(
    shiftStep(service, share, placed.slot),
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, shares, placement.release),
      ]),
    { detail: placed.active === undefined ? firstGapDetail : gapDetail },
  );
}

async function drain(
  run: Run,
  { project }: Placement,
  placed: SwitchedService,
  slot: Slot,
): Promise<string[]> {
  const { deployment } = placed;
  const { left, seconds } = await run.step(
    drainStep(deployment.service, slot),
    (options) =>
      run.act.drainSlot.executeWithOptions(options, [
        { stack: run.stack, project, deployment, slot },
      ]),
    {
      detail: (drained) => ({
        detail: `${drained.left} left after ${drained.seconds.toFixed(1)} s`,
      }),
      skipped: () => ({ left: 0, seconds: 0 }),
    },
  );
  if (left === 0) return [];
  return [
    `${left} connections of ${deployment.service} were still in flight in ${slot} after ${seconds.toFixed(0)} s; ` +
      'they go on until it is stopped.',
  ];
}
