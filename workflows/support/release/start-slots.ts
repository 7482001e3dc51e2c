import { stepId } from '../../model/step-id';
import type { Run } from '../runbook';
import type { Undo } from '../undo-on-failure';
import { isSwitched, newService, type Placement, type SwitchedService } from './placement';

/** Starts the release beside what serves: no request goes there yet. */
export async function startSlots(run: Run, undo: Undo, placement: Placement): Promise<void> {
  for (const placed of placement.services) {
    if (isSwitched(placed) && !placed.warm) await startSlot(run, undo, placement, placed);
  }
}

async function startSlot(
  run: Run,
  undo: Undo,
  { project, release }: Placement,
  placed: SwitchedService,
): Promise<void> {
  const service = newService(placed);
  const { deployment, replicas } = placed;
  const { port, ready } = deployment;
  undo.push(stepId('remove', service), `remove ${service}`, (options) =>
    run.act.removeService.executeWithOptions(options, [
      { stack: run.stack, project, release, service, whosever: true },
    ]),
  );
  await run.step(
    stepId('start', service),
    `start ${service}`,
    (options, corrected) =>
      run.act.startService.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, release, service, replicas, port },
          ready: { ...ready, ...corrected },
        },
      ]),
    ({ seconds }) => ({ detail: `ready after ${seconds.toFixed(1)} s` }),
    { values: { timeoutSeconds: ready.timeoutSeconds } },
  );
}
