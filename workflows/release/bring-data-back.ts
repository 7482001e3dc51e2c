import type { InputOf } from '../catalogue';
import type { RollbackPlan } from '../model/plans';
import { coolStep } from './undo-steps';
import {
  lookAtData,
  restoreBeside,
  swapAll,
  type LookedAtData,
  type ProvedPart,
} from '../restore/restore-parts';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { goBehindPage } from './behind-page';
import { isSwitched, newService, type PlacedService, type Placement } from './placement';

/** What would be replaced; undefined where no data come back. */
export async function lookAtReplaced(
  run: Run,
  { schema: { point } }: Pick<RollbackPlan, 'schema'>,
  { mode, request }: Pick<InputOf<'rollback'>, 'mode' | 'request'>,
): Promise<LookedAtData | undefined> {
  if (point === undefined) return undefined;
  const { leaveOut = [] } = request.options;
  return lookAtData(run, { point: { id: point }, only: [], leaveOut }, mode);
}

export interface BroughtBack {
  /** Of slots that are started anew. */
  readonly placement: Placement;
  readonly swapped: readonly ProvedPart[];
  readonly served: () => Promise<void>;
}

/** Built beside and proved while the newer release serves; then swapped behind a page, which stays until the old one serves. */
export async function bringDataBack(
  run: Run,
  undo: Undo,
  placement: Placement,
  data: LookedAtData,
): Promise<BroughtBack> {
  const proved = await restoreBeside(run, data, undo);
  const served = await goBehindPage(run, undo, placement, 'We will be back in a moment.');
  const swapped = await swapAll(run, data.plan, proved, undo, true);
  return { placement: await coolDown(run, placement), swapped, served };
}

/** What was kept warm may have files open that are not those of its data any more: it is started anew. */
async function coolDown(run: Run, placement: Placement): Promise<Placement> {
  const services: PlacedService[] = [];
  for (const placed of placement.services) {
    if (!isSwitched(placed) || !placed.warm) {
      services.push(placed);
      continue;
    }
    const { project, release } = placement;
    const service = newService(placed);
    await run.step(coolStep(service), (options) =>
      run.act.removeService.executeWithOptions(options, [
        { stack: run.stack, project, release, service },
      ]),
    );
    services.push({ ...placed, warm: false });
  }
  return { ...placement, services };
}
