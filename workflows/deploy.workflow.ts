import { CancellationScope } from '@temporalio/workflow';
import type { DeployDescription } from './model/deployment';
import type { PlannedOutcome, ReleasedOutcome } from './model/outcome';
import type { DeployPlan } from './model/plans';
import type { PinnedImage } from './model/release';
import type { DeployInput } from './model/run';
import { stepId } from './model/step-id';
import { adoptsFirst, planDeploy } from './plan/plan-deploy';
import { planBackup } from './plan/plan-backup';
import type { ObservedRelease } from './plan/release/observed-release';
import { approvedAsItIs } from './support/approvals';
import { isObstacle, preconditionFailed } from './support/failures';
import { hashPlan } from './support/hash-plan';
import { checkGates } from './support/release/gates';
import type { Placement } from './support/release/placement';
import { placementOf } from './support/release/plan-placement';
import { putInPlace, type PutInPlace } from './support/release/put-in-place';
import { releasedOutcome, requireSamePlan } from './support/release/released-outcome';
import { migrate } from './support/release/schema';
import { keepWarm } from './support/release/warm-slots';
import { adoptPlan, now, planned, runbook, type Run } from './support/runbook';
import { observeParts, savePoint } from './support/save-point';
import { undoOnFailure, type Undo } from './support/undo-on-failure';

/** What a release is known by once its files are written. */
interface Prepared {
  readonly placement: Placement;
  readonly modelHash: string;
  readonly images: readonly { readonly service: string; readonly image: PinnedImage }[];
}

interface Released extends PutInPlace {
  readonly prepared: Prepared;
  readonly schemaHead: string | undefined;
  readonly recoveryPoint: string | undefined;
}

/**
 * Releases the stack's services: proved beside what serves, then given the requests. Whatever fails, the old release
 * gets them back first, and the rest is undone behind it.
 */
export async function deploy(input: DeployInput): Promise<ReleasedOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const look = () => makePlan(run, input);
    const first = await look();
    if (input.mode === 'plan') return planned(first.plan);
    const { observed, plan } = await approvedAsItIs(run, first, look);
    const deploy = run.stack.deploy as DeployDescription;

    run.page.enter('apply');
    const images = await pullImages(run, plan, observed);
    await adopt(run, input, plan, observed);
    const released = await undoOnFailure(run, async (undo) => {
      const prepared = await prepare(run, undo, plan, observed, images);
      const { placement } = prepared;
      await checkGates(run, 'before', deploy.before, placement, { images: images.map(imageOf) });
      const recoveryPoint = plan.recoveryPoint ? await saveBefore(run, input) : undefined;
      const { migrations } = deploy;
      const schemaHead = migrations && (await migrate(run, undo, placement, migrations));
      const placed = await putInPlace(run, undo, placement, deploy.after, images.map(imageOf));
      const ended = { ...placed, prepared, schemaHead, recoveryPoint };
      await record(run, input, ended);
      return ended;
    });
    const { placement } = released.prepared;
    run.stateIfItFailsNow = `Release ${placement.release} serves.`;
    // The release is there: whoever cancels now comes too late, and what is warm must find its keeper.
    return CancellationScope.nonCancellable(async () => {
      const warmUntil = await keepWarm(run, placement);
      await retain(run);
      return releasedOutcome(run, plan, placement, { ...released, warmUntil });
    });
  });
}

function imageOf({ image }: { readonly image: PinnedImage }): PinnedImage {
  return image;
}

async function makePlan(
  run: Run,
  input: DeployInput,
): Promise<{ observed: ObservedRelease; plan: DeployPlan }> {
  const { options } = input.request;
  const observed = await observe(run, input);
  run.page.enter('plan');
  const plan = adoptPlan<'deploy'>(run, planDeploy(run.stack, options, observed));
  if (input.mode === 'apply') requireSamePlan(plan, options.planHash);
  return { observed, plan };
}

async function observe(run: Run, input: DeployInput): Promise<ObservedRelease> {
  const { images } = input.request.options;
  return run.step('observe-release', 'look at what runs and what would', (options) =>
    run.act.observeRelease.executeWithOptions(options, [{ stack: run.stack, images }]),
  );
}

/** Before anything is touched: a registry that is away or a full disk ends the run here. */
async function pullImages(
  run: Run,
  plan: DeployPlan,
  { switchImage }: ObservedRelease,
): Promise<Prepared['images']> {
  const images = [];
  for (const { service, image } of plan.services) {
    const { id } = await pull(run, stepId('pull', service), image.pinned, image.reference, service);
    images.push({ service, image: { ...image, id } });
  }
  if (switchImage !== undefined) {
    await pull(run, 'pull-switch', switchImage.pinned, switchImage.reference, 'the switch');
  }
  return images;
}

function pull(run: Run, id: string, pinned: string, reference: string, forWhat: string) {
  return run.step(id, `make sure of the image ${reference} for ${forWhat}`, (options) =>
    run.act.pullImage.executeWithOptions(options, [{ stack: run.stack, pinned }]),
  );
}

/** Recorded before anything is changed, and not undone: it is what runs, whatever becomes of this run. */
async function adopt(
  run: Run,
  { request: { requestedBy, pawlVersion } }: DeployInput,
  { services }: DeployPlan,
  observed: ObservedRelease,
): Promise<void> {
  if (
    !adoptsFirst(
      observed,
      services.some((service) => service.adopts),
    )
  )
    return;
  await run.step('adopt', 'record what runs now as a release', (options) =>
    run.act.adoptRelease.executeWithOptions(options, [
      {
        ...{ stack: run.stack, run: run.reference, requestedBy, pawlVersion, at: now() },
        stackHash: hashPlan(run.stack),
        running: observed.services.flatMap(({ service, image, runningImage }) =>
          runningImage === undefined
            ? []
            : [{ service, image: runningImage, reference: image.reference }],
        ),
      },
    ]),
  );
}

async function prepare(
  run: Run,
  undo: Undo,
  plan: DeployPlan,
  observed: ObservedRelease,
  images: Prepared['images'],
): Promise<Prepared> {
  undo.push('discard-release', 'drop the files of the release', (options) =>
    run.act.discardRelease.executeWithOptions(options, [{ stack: run.stack, run: run.reference }]),
  );
  const { switchImage } = observed;
  const { number, modelHash } = await run.step(
    'prepare',
    `prepare release ${plan.release}`,
    (options) =>
      run.act.prepareRelease.executeWithOptions(options, [
        {
          ...{ stack: run.stack, run: run.reference, images },
          ...(switchImage === undefined ? {} : { switchImage: switchImage.pinned }),
        },
      ]),
    (prepared) => ({ detail: `release ${prepared.number}` }),
  );
  return { placement: placementOf(run.stack, plan, observed, number), modelHash, images };
}

/** The way back for the data: whatever the migrations do. */
async function saveBefore(run: Run, { request }: DeployInput): Promise<string> {
  const { repository, entries } = await observeParts(run, []);
  const plan = planBackup(run.stack, { only: [], initialise: false }, repository, entries);
  if (isObstacle(plan)) throw preconditionFailed(plan);
  const { requestedBy, pawlVersion } = request;
  const { point } = await savePoint(run, plan, { requestedBy, pawlVersion, only: [] });
  return point.id;
}

async function record(run: Run, { request }: DeployInput, released: Released): Promise<void> {
  const { prepared, schemaHead, recoveryPoint } = released;
  const { placement, modelHash, images } = prepared;
  const { requestedBy, pawlVersion } = request;
  const release = {
    ...{ number: placement.release, stack: run.stack.name, releasedAt: now() },
    ...{ run: run.reference.id, runKey: run.reference.key, requestedBy, pawlVersion },
    services: placement.services.flatMap((placed) => {
      const { service, strategy } = placed.deployment;
      const image = images.find((one) => one.service === service)?.image;
      const slot = 'slot' in placed ? { slot: placed.slot } : {};
      return image === undefined ? [] : [{ service, strategy, image, ...slot }];
    }),
    ...{ stackHash: hashPlan(run.stack), modelHash },
    ...(schemaHead === undefined ? {} : { schemaHead }),
    ...(placement.before === undefined ? {} : { replaced: placement.before }),
    ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
  };
  await run.step('record-release', `record release ${placement.release}`, (options) =>
    run.act.recordRelease.executeWithOptions(options, [{ stack: run.stack, release }]),
  );
}

async function retain(run: Run): Promise<void> {
  await run.step('retain', 'remove releases that are no longer kept', (options) =>
    run.act.retainReleases.executeWithOptions(options, [{ stack: run.stack }]),
  );
}
