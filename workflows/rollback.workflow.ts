import { CancellationScope } from '@temporalio/workflow';
import type { DeployDescription, Migrations } from './model/deployment';
import type { PlannedOutcome, ReleasedOutcome } from './model/outcome';
import type { RollbackPlan } from './model/plans';
import type { RollbackInput } from './model/run';
import { planRollback } from './plan/plan-rollback';
import type { ObservedRelease } from './plan/release/observed-release';
import { approvedAsItIs } from './support/approvals';
import { adopt } from './support/release/adopt';
import type { Placement } from './support/release/placement';
import { placementOf } from './support/release/plan-placement';
import { pullImages } from './support/release/pull-images';
import { putInPlace } from './support/release/put-in-place';
import { releasedOutcome, requireSamePlan } from './support/release/released-outcome';
import { runMigrations, takeDown } from './support/release/schema';
import { keepWarm } from './support/release/warm-slots';
import { adoptPlan, planned, runbook, type Run } from './support/runbook';
import { undoOnFailure, type Undo } from './support/undo-on-failure';

/** Goes back to a stored release: seconds over a warm slot, else from its images; the schema as was chosen. */
export async function rollback(input: RollbackInput): Promise<ReleasedOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const look = () => makePlan(run, input);
    const first = await look();
    if (input.mode === 'plan') return planned(first.plan);
    requireSamePlan(first.plan, input.request.options.planHash);
    const { observed, plan } = await approvedAsItIs(run, first, look);
    const { after, migrations } = run.stack.deploy as DeployDescription;

    run.page.enter('apply');
    // A kept release's images are kept too, or pulled by their digests.
    await pullImages(run, plan.services);
    const adopted = await adopt(run, input.request, plan.services, observed);
    const placement = placementOf(run.stack, plan, observed, { release: plan.release, adopted });
    const images = plan.services.map(({ image }) => image);
    const placed = await undoOnFailure(run, async (undo) => {
      const put = await putInPlace(run, undo, placement, after, images);
      if (plan.schema.way === 'down' && migrations !== undefined) {
        await migrateDown(run, undo, placement, plan, migrations);
      }
      await makeCurrent(run, plan);
      return put;
    });
    run.stateIfItFailsNow = `Release ${plan.release} serves.`;
    run.page.enter('record');
    const schemaHead = plan.schema.way === 'down' ? plan.schema.then : plan.schema.now;
    return CancellationScope.nonCancellable(async () => {
      const warmUntil = await keepWarm(run, placement);
      return releasedOutcome(run, plan, placement, { ...placed, warmUntil, schemaHead });
    });
  });
}

async function makePlan(
  run: Run,
  input: RollbackInput,
): Promise<{ observed: ObservedRelease; plan: RollbackPlan }> {
  const { options } = input.request;
  const observed = await run.step('observe-release', 'look at what runs', (activity) =>
    run.act.observeRelease.executeWithOptions(activity, [{ stack: run.stack }]),
  );
  run.page.enter('plan');
  const plan = adoptPlan<'rollback'>(run, planRollback(run.stack, options, observed));
  return { observed, plan };
}

/** Only when nothing of the newer release gets requests; its own image knows the way down. */
async function migrateDown(
  run: Run,
  undo: Undo,
  placement: Placement,
  { replaces, schema }: RollbackPlan,
  migrations: Migrations,
): Promise<void> {
  const newer = { ...placement, release: replaces };
  undo.push('migrate-up', 'migrate the schema up again', (options) =>
    runMigrations(run, newer, migrations, options),
  );
  await run.step('migrate-down', `take the schema down to ${schema.then ?? ''}`, (options) =>
    takeDown(run, newer, migrations, schema.then ?? '', options),
  );
}

async function makeCurrent(run: Run, { release }: RollbackPlan): Promise<void> {
  await run.step('record-release', `make release ${release} the current one`, (options) =>
    run.act.makeReleaseCurrent.executeWithOptions(options, [{ stack: run.stack, release }]),
  );
}
