import type { InputOf } from '../catalogue';
import type { PlannedOutcome } from '../model/outcome';
import type { ObservedRetention } from '../model/retention';
import type { RetainOutcome, RetainPlan } from '../model/retain';
import { now } from '../run/now';
import { requireApproval } from '../run/people/approvals';
import { takePlan, planned, runbook, type Run } from '../run/runbook';
import { planRetain } from './plan-retain';
import { checkStep, forgetStep, OBSERVE_RETENTION, PRUNE_STEP } from './retain-steps';
import { tendRepository } from './tend-repository';

/** Forgets the recovery points that the stack file does not keep, frees what only they needed, and checks the repository. */
export async function retain(input: InputOf<'retain'>): Promise<RetainOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const at = now();
    const observed = await observe(run, at);
    run.page.enter('plan');
    const plan = takePlan<'retain'>(
      run,
      planRetain(run.stack, input.request.options, observed, at),
    );
    if (input.mode === 'plan') return planned(plan);

    await requireApproval(run, plan);
    run.page.enter('apply');
    const snapshots = await forget(run, plan, at);
    const pruned = await prune(run, plan);
    run.page.enter('verify');
    await check(run, plan);
    return outcome(run, plan, snapshots, pruned);
  });
}

function observe(run: Run, at: string): Promise<ObservedRetention> {
  return run.step(OBSERVE_RETENTION, (options) =>
    run.act.observeRetention.executeWithOptions(options, [{ stack: run.stack, now: at }]),
  );
}

/** How many snapshots went. */
async function forget(run: Run, plan: RetainPlan, at: string): Promise<number> {
  const going = plan.points.filter(({ kept }) => !kept);
  if (going.length + plan.strays === 0) return 0;
  run.stateIfItFailsNow =
    'Some of the recovery points that were to go may be gone; every point that is to stay is there. The next `pawl retain` goes on.';
  const runKeys = going.map(({ runKey }) => runKey);
  const { snapshots } = await run.step(
    forgetStep(going.length, plan.strays),
    tendRepository(run, plan.repository.id, { kind: 'forget', runKeys, now: at }),
    { detail: (forgotten) => ({ detail: `${forgotten.snapshots} snapshots` }) },
  );
  return snapshots;
}

async function prune(
  run: Run,
  plan: RetainPlan,
): Promise<Pick<RetainOutcome, 'removed' | 'notes'>> {
  if (!plan.forgets) return { notes: [] };
  run.stateIfItFailsNow =
    'What was to be forgotten is forgotten; not all that it took is free. The next `pawl retain` goes on.';
  const { removed, diskWasFull } = await run.step(
    PRUNE_STEP,
    tendRepository(run, plan.repository.id, { kind: 'prune' }),
    { detail: (pruned) => ({ detail: `${pruned.removed} removed` }) },
  );
  const full =
    "The repository's disk was full: only what no recovery point needs at all was removed. The next `pawl retain` frees more.";
  return { removed, notes: diskWasFull ? [full] : [] };
}

async function check(run: Run, plan: RetainPlan): Promise<void> {
  run.stateIfItFailsNow = plan.forgets
    ? 'What was to be forgotten is forgotten, and pruned. The repository was not found whole.'
    : 'Nothing was forgotten or pruned. The repository was not found whole.';
  const slice = plan.reads === undefined ? {} : { slice: plan.reads };
  await run.step(
    checkStep(plan.reads),
    tendRepository(run, plan.repository.id, { kind: 'check', ...slice }),
  );
  run.stateIfItFailsNow = 'All of it is done; the repository is whole as far as it was read.';
}

function outcome(
  run: Run,
  plan: RetainPlan,
  snapshots: number,
  { removed, notes }: Pick<RetainOutcome, 'removed' | 'notes'>,
): RetainOutcome {
  const forgotten = plan.points.filter(({ kept }) => !kept);
  return {
    ...{ state: 'done', runbook: 'retain', run: run.reference.id },
    kept: plan.points.length - forgotten.length,
    ...{ forgotten, snapshots },
    ...(removed !== undefined && { removed }),
    ...(plan.reads && { read: plan.reads }),
    notes: [...plan.notes, ...notes],
  };
}
