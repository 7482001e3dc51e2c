import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { patienceFor, patienceOf, readyDetail } from './patience';
import {
  isRolled,
  isSwitched,
  newService,
  type Placement,
  type SwitchedService,
} from './placement';
import { startStep } from './traffic-steps';
import { removeStep } from './undo-steps';

/** Starts the release beside what serves: no request goes there yet. What is rolled is started as its requests come. */
export async function startSlots(run: Run, undo: Undo, placement: Placement): Promise<void> {
  for (const placed of placement.services) {
    if (!isSwitched(placed) || placed.warm || isRolled(placed)) continue;
    await startSlot(run, undo, placement, placed);
  }
}

async function startSlot(
  run: Run,
  undo: Undo,
  placement: Placement,
  placed: SwitchedService,
): Promise<void> {
  const { project, release } = placement;
  const service = newService(placed);
  const { deployment } = placed;
  const { port, ready } = deployment;
  removeWhenUndone(run, undo, placement, placed);
  await run.step(
    startStep(service),
    (options, corrected) =>
      run.act.startService.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, release, service, port, ready },
          ...{ slotOf: { service: deployment.service, slot: placed.slot } },
          ...patienceFor(deployment, corrected),
        },
      ]),
    { detail: readyDetail, values: patienceOf(deployment) },
  );
}

/** To be called before its first container is made. */
export function removeWhenUndone(
  run: Run,
  undo: Undo,
  { project, release }: Placement,
  placed: SwitchedService,
): void {
  const service = newService(placed);
  undo.push(removeStep(service), (options) =>
    run.act.removeService.executeWithOptions(options, [
      { stack: run.stack, project, release, service, whosever: true },
    ]),
  );
}
