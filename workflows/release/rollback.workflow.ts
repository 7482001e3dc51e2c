import type { InputOf } from '../catalogue';
import { CancellationScope } from '@temporalio/workflow';
import type { DeployDescription, Migrations } from '../model/deployment';
import type { PlannedOutcome, ReleasedOutcome } from '../model/outcome';
import type { RollbackPlan } from '../model/plans';
import { planRollback } from './plan-rollback';
import type { ObservedRelease } from './observed-release';
import { approvedAsItIs } from '../run/people/approvals';
import { isObstacle, preconditionFailed } from '../run/failures';
import { adopt } from './adopt';
import { bringDataBack, lookAtReplaced } from './bring-data-back';
import type { Placement } from './placement';
import { placementOf } from './plan-placement';
import { pullImages } from './pull-images';
import { putInPlace } from './put-in-place';
import { migrateDownStep } from './check-steps';
import { observeReleaseStep, recordReleaseStep } from './release-steps';
import { releasedOutcome, requireSamePlan } from './released-outcome';
import { runMigrations, takeDown } from './schema';
import { MIGRATE_UP } from './undo-steps';
import { coolAtOnce, keepWarm } from './warm-slots';
import { keepReplaced } from '../restore/restore-parts';
import { takePlan, planned, runbook, type Run } from '../run/runbook';
import { undoOnFailure, type Undo } from '../run/undo-on-failure';

/** Goes back to a stored release: seconds over a warm slot, else from its images; the schema as was chosen. */
export async function rollback(
  input: InputOf<'rollback'>,
): Promise<ReleasedOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const look = () => makePlan(run, input);
    const first = await look();
    if (input.mode === 'plan') return planned(first.plan);
    requireSamePlan(first.plan, input.request.options.planHash);
    const { observed, plan } = await approvedAsItIs(run, first, look);
    const { after, migrations } = run.stack.deploy as DeployDescription;

    requireConfirmation(input, plan);
    run.page.enter('apply');
    // A kept release's images are kept too, or pulled by their digests.
    const { missing = [] } = observed;
    await pullImages(
      run,
      plan.services,
      (name) => !missing.some(({ service }) => service === name),
    );
    const adopted = await adopt(run, input.request, plan.services, observed);
    const placement = placementOf(run.stack, plan, observed, { release: plan.release, adopted });
    const images = plan.services.map(({ image }) => image);
    const data = await lookAtReplaced(run, plan, input);
    const placed = await undoOnFailure(run, async (undo) => {
      const brought = data && (await bringDataBack(run, undo, placement, data));
      const served = brought?.served;
      const put = await putInPlace(run, undo, brought?.placement ?? placement, {
        ...{ after, images },
        ...(served && { served }),
      });
      if (plan.schema.way === 'down' && migrations !== undefined) {
        await migrateDown(run, undo, placement, plan, migrations);
      }
      await makeCurrent(run, placement);
      return { ...put, swapped: brought?.swapped };
    });
    run.stateIfItFailsNow = `Release ${plan.release} serves.`;
    run.page.enter('record');
    const isBack = plan.schema.way === 'down' || plan.schema.way === 'restore';
    const schemaHead = isBack ? plan.schema.then : plan.schema.now;
    return CancellationScope.nonCancellable(async () => {
      if (isBack) await coolAtOnce(run, placement);
      const warmUntil = isBack ? undefined : await keepWarm(run, placement);
      const keptUntil =
        data && placed.swapped && (await keepReplaced(run, data.plan, placed.swapped));
      const ended = { ...placed, warmUntil, schemaHead, keptUntil };
      return releasedOutcome(run, plan, placement, ended);
    });
  });
}

interface Looked {
  readonly observed: ObservedRelease;
  readonly plan: RollbackPlan;
}

async function makePlan(run: Run, input: InputOf<'rollback'>): Promise<Looked> {
  const { options } = input.request;
  const asked = { stack: run.stack, ...(options.to === undefined ? {} : { to: options.to }) };
  const observed = await run.step(observeReleaseStep('check what runs'), (activity) =>
    run.act.observeRelease.executeWithOptions(activity, [asked]),
  );
  run.page.enter('plan');
  const first = planRollback(run.stack, options, observed);
  if (isObstacle(first)) throw preconditionFailed(first);
  // As the plan that was shown, which had no number yet.
  const data = await lookAtReplaced(run, first, { ...input, mode: 'plan' });
  const plan = takePlan<'rollback'>(run, planRollback(run.stack, options, observed, data?.plan));
  return { observed, plan };
}

/** The client asks; what was not asked for must not get past this either. */
function requireConfirmation(
  { request: { stack, options } }: InputOf<'rollback'>,
  plan: RollbackPlan,
): void {
  if (plan.restores === undefined || options.confirmation === stack.name) return;
  throw preconditionFailed({
    obstacle: `replacing the data of ${stack.name} was not confirmed with the stack's name`,
    advice: `pawl rollback --schema restore --confirm=${stack.name}`,
  });
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
  const then = schema.then ?? '';
  undo.push(MIGRATE_UP, async (options) => {
    await runMigrations(run, newer, migrations, options);
    run.dataIfItFailsNow = 'The schema has been migrated up again.';
  });
  run.dataIfItFailsNow = 'The schema may have been taken down.';
  await run.step(migrateDownStep(then), (options) =>
    takeDown(run, newer, migrations, then, options),
  );
  run.dataIfItFailsNow = `The schema has been taken down to ${then}.`;
}

async function makeCurrent(run: Run, { release, project }: Placement): Promise<void> {
  await run.step(recordReleaseStep(`make release ${release} the current one`), (options) =>
    run.act.makeReleaseCurrent.executeWithOptions(options, [
      { stack: run.stack, release, project },
    ]),
  );
}
