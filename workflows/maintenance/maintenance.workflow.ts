import type { InputOf } from '../catalogue';
import type { MaintenanceOutcome, PlannedOutcome } from '../model/outcome';
import type { MaintenancePlan } from '../model/plans';
import { maintainable, maintenanceStep, planMaintenance } from './plan-maintenance';
import { observeMaintenance } from './turn-maintenance';
import { now } from '../run/now';
import { takePlan, planned, runbook, type Run } from '../run/runbook';

/**
 * Has the switches answer every request with a page, or no more. Runs beside every other run, also while the stack is
 * frozen, and waits for nobody's approval: a page is most needed when something else is stuck.
 */
export async function maintenance(
  input: InputOf<'maintenance'>,
): Promise<MaintenanceOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const { options } = input.request;
    const wanted = maintainable(run.stack, options.only);
    const observed = await observeMaintenance(run, wanted);
    run.page.enter('plan');
    const turning = { by: run.requestedBy, at: now() };
    const plan = takePlan<'maintenance'>(
      run,
      planMaintenance(run.stack, options, observed, turning),
    );
    if (input.mode === 'plan') return planned(plan);

    run.page.enter('apply');
    const services = await turn(run, plan);
    return {
      ...{ state: 'done', runbook: 'maintenance', run: run.reference.id },
      ...{ turn: plan.turn, services },
    };
  });
}

async function turn(run: Run, plan: MaintenancePlan): Promise<MaintenanceOutcome['services']> {
  const { stack } = run;
  const services: MaintenanceOutcome['services'][number][] = [];
  for (const planned of plan.services) {
    run.stateIfItFailsNow = stateAfter(plan, planned.service);
    const { switchRuns } = await run.step(
      maintenanceStep(plan.turn, planned.service),
      (options) => run.act.setMaintenance.executeWithOptions(options, [{ stack, ...planned }]),
      {
        detail: (now) =>
          now.switchRuns ? {} : { detail: 'its switch does not run: so when it starts' },
      },
    );
    services.push({ ...planned, switchRuns });
  }
  return services;
}

function stateAfter({ turn }: MaintenancePlan, service: string): string {
  const [state, back] = turn === 'on' ? ['in', 'off'] : ['out of', 'on'];
  return `${service} may be ${state} maintenance: \`pawl status\` says what its switch's file says, \`pawl maintenance ${back}\` takes it back.`;
}
