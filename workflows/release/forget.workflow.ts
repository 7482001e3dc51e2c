import type { InputOf } from '../catalogue';
import { CancellationScope } from '@temporalio/workflow';
import { hasSwitch, type DeployDescription, type Deployment } from '../model/deployment';
import type { ForgetOutcome, PlannedOutcome } from '../model/outcome';
import type { ForgetPlan, PlannedForget } from '../model/plans';
import { ALL, sharesOf } from '../model/traffic';
import { SWITCH_GRACE_SECONDS } from '../model/switch-mount';
import { dropSwitchStep, planForget, PREPARE_PLAIN, recordForgottenStep } from './plan-forget';
import { giveBackStep } from './release-steps';
import { discardReleaseStep, takeBackStep } from './undo-steps';
import type { ForgettableService, ObservedForgetting } from './observed-forgetting';
import { approvedAsItIs } from '../run/people/approvals';
import { hashJson } from '../run/hash-plan';
import { now } from '../run/now';
import { patienceFor, patienceOf } from './patience';
import { INSIST_SECONDS } from './placement';
import { requireSamePlan } from './released-outcome';
import { gapDetail } from './steering';
import { takeWarmSlotsOver } from './warm-slots';
import { takePlan, planned, runbook, type Run } from '../run/runbook';
import { undoOnFailure, type Undo } from '../run/undo-on-failure';

interface Looked {
  readonly observed: ObservedForgetting;
  readonly plan: ForgetPlan;
}

/** What is given back, and by what the way back goes. */
interface GivenBack extends Looked {
  /** The record of what plain Compose is to run. */
  readonly number: number;
  readonly modelHash: string;
}

/**
 * Gives the stack's services back to plain Compose: each from the image that serves, proved to be ready before its slots
 * are removed. Whatever fails, the switches get their places back.
 */
export async function forget(input: InputOf<'forget'>): Promise<ForgetOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const look = () => makePlan(run);
    const first = await look();
    if (input.mode === 'plan') return planned(first.plan);
    requireSamePlan(first.plan, input.request.options.planHash);
    const looked = await approvedAsItIs(run, first, look);

    run.page.enter('apply');
    await takeWarmSlotsOver(run);
    const { number, gaps } = await undoOnFailure(run, async (undo) => {
      const given = { ...looked, ...(await prepare(run, undo, looked.plan)) };
      run.stateIfItFailsNow = `Release ${looked.plan.replaces} serves, as before.`;
      const gapsSeconds = await giveAllBack(run, undo, given);
      run.page.enter('verify');
      await record(run, input, given);
      return { number: given.number, gaps: gapsSeconds };
    });
    run.stateIfItFailsNow =
      'Plain Compose serves. Slots may be left of it: `pawl forget` removes them.';
    // What serves is known: whoever cancels now comes too late.
    await CancellationScope.nonCancellable(() => dropSwitches(run, looked));
    run.page.enter('record');
    return outcomeOf(run, looked.plan, number, gaps);
  });
}

async function makePlan(run: Run): Promise<Looked> {
  const observed = await run.step(
    { id: 'observe', title: 'compare what serves with the Compose file' },
    (options) => run.act.observeForgetting.executeWithOptions(options, [{ stack: run.stack }]),
  );
  run.page.enter('plan');
  return { observed, plan: takePlan<'forget'>(run, planForget(run.stack, observed)) };
}

async function prepare(
  run: Run,
  undo: Undo,
  { services }: ForgetPlan,
): Promise<Pick<GivenBack, 'number' | 'modelHash'>> {
  undo.push(discardReleaseStep('the record of it'), (options) =>
    run.act.discardRelease.executeWithOptions(options, [{ stack: run.stack, run: run.reference }]),
  );
  return run.step(PREPARE_PLAIN, (options) =>
    run.act.preparePlain.executeWithOptions(options, [
      { stack: run.stack, run: run.reference, services },
    ]),
  );
}

/** Returns the seconds without an answer, by service. */
async function giveAllBack(
  run: Run,
  undo: Undo,
  given: GivenBack,
): Promise<ReadonlyMap<string, number>> {
  const gaps = new Map<string, number>();
  for (const service of given.plan.services) {
    if (service.from === 'compose') continue;
    const deployment = deploymentOf(run, service);
    const seen = given.observed.services.find((one) => one.service === service.service);
    if (deployment === undefined || seen === undefined) continue;
    pushWayBack(run, undo, given, { planned: service, deployment, seen });
    gaps.set(service.service, await giveBack(run, given, { planned: service, deployment, seen }));
  }
  return gaps;
}

interface Giving {
  readonly planned: PlannedForget;
  readonly deployment: Deployment;
  readonly seen: ForgettableService;
}

function pushWayBack(
  run: Run,
  undo: Undo,
  { observed: { project } }: GivenBack,
  { planned: { service, release = 0, active, followers }, deployment, seen }: Giving,
): void {
  if (hasSwitch(deployment) && active !== undefined) {
    const replicas = seen.serves[0]?.running ?? 1;
    const steering = { project, deployment, replicas, release, releases: { [active]: release } };
    undo.push(
      takeBackStep(service, 'switch'),
      (options) =>
        run.act.steerTraffic.executeWithOptions(options, [
          { stack: run.stack, ...steering, traffic: sharesOf(active, ALL, 'off') },
        ]),
      { urgent: true, detail: gapDetail },
    );
    return;
  }
  undo.push(takeBackStep(service, 'release'), (options) =>
    run.act.startService.executeWithOptions(options, [
      {
        ...{ stack: run.stack, project, service, release, insistSeconds: INSIST_SECONDS },
        ...proofOf(deployment, seen),
        ...(followers && { followers }),
      },
    ]),
  );
}

async function giveBack(
  run: Run,
  { observed: { project }, number }: GivenBack,
  { planned, deployment, seen }: Giving,
): Promise<number> {
  const { service, followers } = planned;
  const { seconds } = await run.step(
    giveBackStep(planned),
    (options, corrected) =>
      run.act.startService.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, service, release: number, plain: true as const },
          ...proofOf(deployment, seen),
          ...patienceFor(deployment, corrected),
          ...(followers && { followers }),
        },
      ]),
    {
      detail: (started) => gapDetail({ gapSeconds: started.seconds }),
      values: patienceOf(deployment),
    },
  );
  return seconds;
}

/** When a container of it counts as ready, and how what was before it ends. */
function proofOf(deployment: Deployment, { unwell }: ForgettableService) {
  const { port, ready } = deployment;
  const stopSeconds = hasSwitch(deployment) ? SWITCH_GRACE_SECONDS : deployment.stopSeconds;
  return {
    ...(port === undefined ? {} : { port }),
    ...(ready === undefined ? {} : { ready }),
    ...(stopSeconds === undefined ? {} : { stopSeconds }),
    // It is given back as it was, and no better.
    ...(unwell === undefined ? {} : { asBefore: unwell }),
  };
}

/** The record of what plain Compose runs, as the first release made one: a deploy begins from it again. */
async function record(
  run: Run,
  { request }: InputOf<'forget'>,
  { number, modelHash, plan, observed }: GivenBack,
): Promise<void> {
  const { requestedBy, pawlVersion } = request;
  const replaced = observed.stored.releases.find((one) => one.number === plan.replaces);
  const release = {
    ...{ number, stack: run.stack.name, releasedAt: now(), adopted: true as const },
    ...{ run: run.reference.id, runKey: run.reference.key, requestedBy, pawlVersion },
    services: plan.services.map(({ service, image: { reference, id } }) => ({
      ...{ service, image: { reference, pinned: id, id } },
      strategy: deploymentOf(run, { service })?.strategy ?? ('recreate' as const),
    })),
    ...{ stackHash: hashJson(run.stack), modelHash, replaced: plan.replaces },
    ...(replaced?.schemaHead === undefined ? {} : { schemaHead: replaced.schemaHead }),
  };
  await run.step(recordForgottenStep(number), (options) =>
    run.act.recordRelease.executeWithOptions(options, [
      { stack: run.stack, release, project: observed.project },
    ]),
  );
}

async function dropSwitches(run: Run, { plan, observed: { project } }: Looked): Promise<void> {
  for (const { service } of plan.services.filter(({ drops }) => drops)) {
    await run.step(dropSwitchStep(service), (options) =>
      run.act.dropSwitch.executeWithOptions(options, [{ stack: run.stack, project, service }]),
    );
  }
}

function deploymentOf(
  run: Run,
  { service }: Pick<PlannedForget, 'service'>,
): Deployment | undefined {
  const { services } = run.stack.deploy as DeployDescription;
  return services.find((one) => one.service === service);
}

function outcomeOf(
  run: Run,
  { replaces, services, folder }: ForgetPlan,
  release: number,
  gaps: ReadonlyMap<string, number>,
): ForgetOutcome {
  return {
    ...{ state: 'done', runbook: 'forget', run: run.reference.id, release, replaced: replaces },
    services: services.map(({ service, image }) => {
      const gapSeconds = gaps.get(service);
      return { service, image, ...(gapSeconds === undefined ? {} : { gapSeconds }) };
    }),
    folder,
  };
}
