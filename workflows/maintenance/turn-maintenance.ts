import type { MaintainedService } from '../model/maintenance';
import type { Run } from '../run/runbook';

/** Which of these services have a switch, and which are in maintenance. */
export function observeMaintenance(
  run: Run,
  services: readonly string[],
): Promise<readonly MaintainedService[]> {
  return run.step({ id: 'observe-maintenance', title: 'look at the switches' }, (options) =>
    run.act.observeMaintenance.executeWithOptions(options, [{ stack: run.stack, services }]),
  );
}
