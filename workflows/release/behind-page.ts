import type { ActivityOptions } from '@temporalio/workflow';
import type { Maintenance } from '../model/maintenance';
import { maintenanceStep } from '../maintenance/plan-maintenance';
import { preconditionFailed } from '../run/failures';
import { observeMaintenance } from '../maintenance/turn-maintenance';
import { now } from '../run/now';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
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
  const observed = await observeMaintenance(run, switched);
  const taken = observed.find(({ inTheWay }) => inTheWay !== undefined);
  if (taken?.inTheWay !== undefined) {
    throw preconditionFailed({
      obstacle: `users would not get the page while the data change: ${taken.inTheWay}`,
      advice: '`pawl deploy` takes its place back; then try again.',
    });
  }
  const free = observed.filter((one) => one.switched && one.maintenance === undefined);
  const maintenance = { message, by: run.requestedBy, since: now() };
  const steps = free.map(({ service }) => ({
    on: turnStep(run, 'on', { service, maintenance }),
    off: turnStep(run, 'off', { service }),
  }));
  for (const { on, off } of steps) {
    undo.push(...off);
    await run.step(...on);
  }
  return async () => {
    for (const { off } of steps) await run.step(...off);
  };
}

function turnStep(
  run: Run,
  turn: 'on' | 'off',
  planned: { readonly service: string; readonly maintenance?: Maintenance },
) {
  const act = (options: ActivityOptions) =>
    run.act.setMaintenance.executeWithOptions(options, [{ stack: run.stack, ...planned }]);
  return [maintenanceStep(turn, planned.service), act] as const;
}
