import type { InputOf } from '../catalogue';
import { CancellationScope, patched } from '@temporalio/workflow';
import type { DeployDescription } from '../model/deployment';
import type { PlannedOutcome, ReleasedOutcome } from '../model/outcome';
import type { BackupPlan, DeployPlan } from '../model/plans';
import type { Release } from '../model/release';
import { planDeploy, savesPoint } from './plan-deploy';
import { planBackup } from '../backup/plan-backup';
import type { ObservedRelease } from './observed-release';
import { approvedAsItIs } from '../run/people/approvals';
import { isObstacle, preconditionFailed } from '../run/failures';
import { hashJson } from '../run/hash-plan';
import { now } from '../run/now';
import { adopt } from './adopt';
import { bringEdge, pullEdge } from './bring-edge';
import { buildImages, hashBeforeBuild, type BuiltImages } from './build-images';
import { checkGates } from './gates';
import { whoServes, type Placement } from './placement';
import { placementOf } from './plan-placement';
import { pullImage, pullImages, type PulledImage } from './pull-images';
import { putInPlace, type PutInPlace } from './put-in-place';
import {
  observeReleaseStep,
  prepareStep,
  pullSwitchStep,
  recordReleaseStep,
  RETAIN,
} from './release-steps';
import { releasedOutcome, requireSamePlan } from './released-outcome';
import { migrate } from './schema';
import { discardReleaseStep } from './undo-steps';
import { keepWarm } from './warm-slots';
import { takePlan, planned, runbook, type Run } from '../run/runbook';
import { observeParts, savePoint } from '../backup/save-point';
import { undoOnFailure, type Undo } from '../run/undo-on-failure';

interface Released extends PutInPlace {
  readonly placement: Placement;
  readonly pulled: readonly PulledImage[];
  readonly modelHash: string;
  readonly schemaHead: string | undefined;
  readonly recoveryPoint: string | undefined;
}

/**
 * Releases the stack's services: proved beside what serves, then given the requests. Whatever fails, the old release
 * gets them back first, and the rest is undone behind it.
 */
export async function deploy(input: InputOf<'deploy'>): Promise<ReleasedOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const first = await makePlan(run, input);
    if (input.mode === 'plan') return planned(first.plan);
    requireSamePlan(first.plan, input.request.options.planHash);
    const ready = await buildFirst(run, input, first);
    const { observed, plan, saved } = await approvedAsItIs(run, ready, ready.again);
    const deploy = run.stack.deploy as DeployDescription;

    run.page.enter('apply');
    const pulled = await pullImages(run, plan.services);
    await pullSwitch(run, observed);
    await pullEdge(run, plan);
    const adopted = await adopt(run, input.request, plan.services, observed);
    const images = pulled.map(({ image }) => image);
    const released = await undoOnFailure(run, async (undo) => {
      const { number, modelHash } = await prepare(run, undo, plan, observed, pulled);
      const placement = placementOf(run.stack, plan, observed, { release: number, adopted });
      await checkGates(run, 'before', deploy.before, placement, { images });
      const recoveryPoint = plan.recoveryPoint ? await saveBefore(run, input, saved) : undefined;
      if (recoveryPoint !== undefined) {
        run.stateIfItFailsNow = `${whoServes(placement)}.`;
        run.dataIfItFailsNow = `Recovery point ${recoveryPoint} has the data as it was before.`;
      }
      const { migrations } = deploy;
      const schemaHead = migrations && (await migrate(run, undo, placement, migrations));
      const served = () => bringEdge(run, undo, placement, plan);
      const placed = await putInPlace(run, undo, placement, {
        after: deploy.after,
        images,
        served,
      });
      const ended = { ...placed, placement, pulled, modelHash, schemaHead, recoveryPoint };
      await record(run, input, ended);
      return ended;
    });
    const { placement } = released;
    run.stateIfItFailsNow = `Release ${placement.release} serves.`;
    run.page.enter('record');
    // The release is there: whoever cancels now comes too late, and what is warm must find its keeper.
    return CancellationScope.nonCancellable(async () => {
      const warmUntil = await keepWarm(run, placement);
      await retain(run);
      return releasedOutcome(run, plan, placement, { ...released, warmUntil });
    });
  });
}

interface Looked {
  readonly observed: ObservedRelease;
  readonly plan: DeployPlan;
  /** The plan of the recovery point; absent where none is saved, or an older plan did not look at it. */
  readonly saved?: Omit<BackupPlan, 'hash'>;
}

async function makePlan(
  run: Run,
  input: InputOf<'deploy'>,
  built: BuiltImages = {},
): Promise<Looked> {
  const { options } = input.request;
  const observed = await observe(run, input, built);
  const first = planDeploy(run.stack, options, observed);
  if (isObstacle(first)) throw preconditionFailed(first);
  const saved = await planPoint(run);
  run.page.enter('plan');
  const plan = takePlan<'deploy'>(run, planDeploy(run.stack, options, observed, saved));
  return { observed, plan, ...(saved && { saved }) };
}

/** What is saved first is part of the plan: a repository that is missing, say, is told before anything is touched. */
async function planPoint(run: Run): Promise<Omit<BackupPlan, 'hash'> | undefined> {
  const { deploy } = run.stack;
  if (deploy === undefined || !savesPoint(deploy)) return undefined;
  return patched('plan-of-the-recovery-point') ? lookAtPoint(run) : undefined;
}

async function lookAtPoint(run: Run): Promise<Omit<BackupPlan, 'hash'>> {
  const { repository, entries } = await observeParts(run, []);
  const plan = planBackup(run.stack, { only: [], initialise: false }, repository, entries);
  if (isObstacle(plan)) throw preconditionFailed(plan);
  return plan;
}

async function observe(
  run: Run,
  { request }: InputOf<'deploy'>,
  built: BuiltImages,
): Promise<ObservedRelease> {
  const { images, build } = request.options;
  const asked = { stack: run.stack, images, ...(build === undefined ? {} : { built }) };
  return run.step(observeReleaseStep('compare what runs with what would run'), (options) =>
    run.act.observeRelease.executeWithOptions(options, [asked]),
  );
}

/**
 * Builds what is to be built, and plans again: now the plan, which people approve, says which image it is. In all else it
 * must be the plan that was shown.
 */
async function buildFirst(
  run: Run,
  input: InputOf<'deploy'>,
  first: Looked,
): Promise<Looked & { readonly again: () => Promise<Looked> }> {
  const { build, planHash } = input.request.options;
  const built = build === undefined ? {} : await buildImages(run, first.plan, build);
  const again = () => makePlan(run, input, built);
  if (build === undefined) return { ...first, again };
  const looked = await again();
  requireSamePlan({ ...looked.plan, hash: hashBeforeBuild(looked.plan) }, planHash);
  return { ...looked, again };
}

async function pullSwitch(run: Run, { switchImage }: ObservedRelease): Promise<void> {
  if (switchImage !== undefined) await pullImage(run, pullSwitchStep(switchImage), switchImage);
}

async function prepare(
  run: Run,
  undo: Undo,
  plan: DeployPlan,
  { switchImage }: ObservedRelease,
  images: readonly PulledImage[],
): Promise<Pick<Release, 'number' | 'modelHash'>> {
  undo.push(discardReleaseStep('the files of the release'), (options) =>
    run.act.discardRelease.executeWithOptions(options, [{ stack: run.stack, run: run.reference }]),
  );
  return run.step(
    prepareStep(`prepare release ${plan.release}`),
    (options) =>
      run.act.prepareRelease.executeWithOptions(options, [
        {
          ...{ stack: run.stack, run: run.reference, images },
          ...(switchImage === undefined ? {} : { switchImage: switchImage.pinned }),
        },
      ]),
    { detail: ({ number }) => ({ detail: `release ${number}` }) },
  );
}

/** The way back for the data: whatever the migrations do. */
async function saveBefore(
  run: Run,
  { request }: InputOf<'deploy'>,
  saved: Omit<BackupPlan, 'hash'> | undefined,
): Promise<string> {
  const plan = saved ?? (await lookAtPoint(run));
  const { requestedBy, pawlVersion } = request;
  const { point } = await savePoint(run, plan, { requestedBy, pawlVersion, only: [] });
  return point.id;
}

async function record(run: Run, { request }: InputOf<'deploy'>, released: Released): Promise<void> {
  const { placement, pulled, modelHash, schemaHead, recoveryPoint } = released;
  const { requestedBy, pawlVersion } = request;
  const release = {
    ...{ number: placement.release, stack: run.stack.name, releasedAt: now() },
    ...{ run: run.reference.id, runKey: run.reference.key, requestedBy, pawlVersion },
    services: placement.services.flatMap((placed) => {
      const { service, strategy } = placed.deployment;
      const image = pulled.find((one) => one.service === service)?.image;
      const slot = 'slot' in placed ? { slot: placed.slot } : {};
      return image === undefined ? [] : [{ service, strategy, image, ...slot }];
    }),
    ...{ stackHash: hashJson(run.stack), modelHash },
    ...(schemaHead === undefined ? {} : { schemaHead }),
    ...(placement.before === undefined ? {} : { replaced: placement.before }),
    ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
  };
  await run.step(recordReleaseStep(`record release ${placement.release}`), (options) =>
    run.act.recordRelease.executeWithOptions(options, [
      { stack: run.stack, release, project: placement.project },
    ]),
  );
}

async function retain(run: Run): Promise<void> {
  await run.step(RETAIN, (options) =>
    run.act.retainReleases.executeWithOptions(options, [{ stack: run.stack }]),
  );
}
