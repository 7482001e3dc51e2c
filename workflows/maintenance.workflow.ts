import type { MaintenanceOutcome, PlannedOutcome } from './model/outcome';
import type { MaintenancePlan } from './model/plans';
import type { MaintenanceInput } from './model/run';
import { maintainable, maintenanceStep, planMaintenance } from './plan/plan-maintenance';
import { adoptPlan, now, planned, runbook, type Run } from './support/runbook';

/**
 * Has the switches answer every request with a page, or no more. Runs beside every other run, also while the stack is
 * frozen, and waits for nobody's approval: a page is most needed when something else is stuck.
 */
export async function maintenance(
  input: MaintenanceInput,
): Promise<MaintenanceOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const { options } = input.request;
    const services = maintainable(run.stack, options.only);
    const observed = await run.step('observe-maintenance', 'look at the switches', (activity) =>
      run.act.observeMaintenance.executeWithOptions(activity, [{ stack: run.stack, services }]),
    );
    run.page.enter('plan');
    const turning = { by: run.requestedBy, at: now() };
    const plan = adoptPlan<'maintenance'>(
      run,
      planMaintenance(run.stack, options, observed, turning),
    );
    if (input.mode === 'plan') return planned(plan);

    run.page.enter('apply');
    await turn(run, plan);
    return {
      ...{ state: 'done', runbook: 'maintenance', run: run.reference.id },
      ...{ turn: plan.turn, services: plan.services },
    };
  });
}

async function turn(run: Run, plan: MaintenancePlan): Promise<void> {
  const { stack } = run;
  const command = plan.turn === 'on' ? 'off' : 'on';
  for (const planned of plan.services) {
    const { id, title } = maintenanceStep(plan.turn, planned.service);
    run.stateIfItFailsNow = `The switch of ${planned.service} may be ${plan.turn === 'on' ? 'in maintenance, or be so' : 'out of maintenance, or be so'} as soon as it runs: \`pawl status\` says what its file says, \`pawl maintenance ${command}\` takes it back.`;
    await run.step(id, title, (options) =>
      run.act.setMaintenance.executeWithOptions(options, [{ stack, ...planned }]),
    );
  }
}
