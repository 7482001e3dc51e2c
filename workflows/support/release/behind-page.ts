import type { Run } from '../runbook';
import { maintenanceStep } from '../../plan/plan-maintenance';
import type { Undo } from '../undo-on-failure';
import { now } from '../now';
import { isSwitched, type Placement } from './placement';

/**
 * Answers every request with a page while the data change. A service that is in maintenance already stays so, with the
 * message that it has. Returns what takes the page away again.
 */
export async function goBehindPage(
  run: Run,
  undo: Undo,
  { services }: Placement,
  message: string,
): Promise<() => Promise<void>> {
  const switched = services.filter(isSwitched).map(({ deployment }) => deployment.service);
  const observed = await run.step('observe-maintenance', 'look at the switches', (options) =>
    run.act.observeMaintenance.executeWithOptions(options, [
      { stack: run.stack, services: switched },
    ]),
  );
  const free = observed.filter((one) => one.switched && one.maintenance === undefined);
  const maintenance = { message, by: run.requestedBy, since: now() };
  for (const { service } of free) {
    const off = maintenanceStep('off', service);
    undo.push(off.id, off.title, (options) =>
      run.act.setMaintenance.executeWithOptions(options, [{ stack: run.stack, service }]),
    );
    const on = maintenanceStep('on', service);
    await run.step(on.id, on.title, (options) =>
      run.act.setMaintenance.executeWithOptions(options, [
        { stack: run.stack, service, maintenance },
      ]),
    );
  }
  return async () => {
    for (const { service } of free) {
      const { id, title } = maintenanceStep('off', service);
      await run.step(id, title, (options) =>
        run.act.setMaintenance.executeWithOptions(options, [{ stack: run.stack, service }]),
      );
    }
  };
}
