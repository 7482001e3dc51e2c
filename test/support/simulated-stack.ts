import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { EXIT_CODES, exitCodeOfFailure, type ExitCode } from '../../client/exit-codes';
import { readFailure, type RunFailure } from '../../client/temporal/read-failure';
import type { RunbookRequest, RunOutcome } from '../../workflows/catalogue';
import { progress } from '../../workflows/messages';
import type { HeldStep } from '../../workflows/model/hold';
import type { DeployOptions, RollbackOptions } from '../../workflows/model/options';
import type { PlannedOutcome, ReleasedOutcome } from '../../workflows/model/outcome';
import type { DeployPlan, RollbackPlan } from '../../workflows/model/plans';
import type { RunProgress, StepProgress } from '../../workflows/model/run';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { until } from './processes';
import { SimulatedProject, type SimulatedProjectOptions } from './simulated-project';
import type { WorkflowHarness } from './workflow-harness';

/** How a run has ended, as the command line tells it. */
export interface Ended {
  readonly code: ExitCode;
  readonly run: string;
  readonly outcome?: RunOutcome;
  readonly failure?: RunFailure;
}

export type Plan = DeployPlan | RollbackPlan;

/** A stack whose service `api` is released behind a switch: real workflows and activities on a simulated host. */
export class SimulatedStack extends SimulatedProject {
  private constructor(
    private readonly harness: WorkflowHarness,
    stateDirectory: string,
  ) {
    super(stateDirectory);
  }

  static async create(
    harness: WorkflowHarness,
    options: SimulatedProjectOptions = {},
  ): Promise<SimulatedStack> {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-simulated-'));
    const stack = new SimulatedStack(harness, folder);
    stack.describe(options);
    return stack;
  }

  async remove(): Promise<void> {
    await rm(this.stateDirectory, { recursive: true });
  }

  async plan(runbook: 'deploy', options?: Partial<DeployOptions>): Promise<DeployPlan>;
  async plan(runbook: 'rollback', options?: RollbackOptions): Promise<RollbackPlan>;
  async plan(runbook: 'deploy' | 'rollback', options: object = {}): Promise<Plan> {
    const request = this.request(requestOf(runbook, options));
    const { client } = this.harness;
    const outcome = (await client.workflow.execute(runbook, {
      workflowId: `plan/${this.name}/${randomUUID()}`,
      ...{ taskQueue: WORKFLOW_TASK_QUEUE, args: [{ request, mode: 'plan', number: 0 }] },
    })) as PlannedOutcome<Plan>;
    return outcome.plan;
  }

  /** Why there is no plan. */
  async refusedPlan(runbook: 'deploy' | 'rollback', options: object = {}): Promise<RunFailure> {
    const plan = runbook === 'deploy' ? this.plan(runbook, options) : this.plan(runbook, options);
    return plan.then(
      (made) => {
        throw new Error(`It is planned: ${JSON.stringify(made)}`);
      },
      (error: unknown) => readFailure(error),
    );
  }

  /** Plans, and submits the run that was shown; returns its id. */
  async submit(
    runbook: 'deploy' | 'rollback',
    options: object = {},
    change: { readonly hold?: boolean } = {},
  ): Promise<string> {
    const { hash: planHash } = await (runbook === 'deploy'
      ? this.plan(runbook, options)
      : this.plan(runbook, options));
    return this.submitAnyway(requestOf(runbook, { ...options, planHash }), change);
  }

  async submitAnyway(what: RunbookRequest, change: { readonly hold?: boolean } = {}) {
    const { run } = await this.harness.submit(this.description, what, randomUUID(), change);
    return run;
  }

  /** A run's end. A plan that is refused is one, too. */
  async deploy(options: Partial<DeployOptions> = {}): Promise<Ended> {
    return this.follow(() => this.submit('deploy', options));
  }

  async rollback(options: RollbackOptions = {}): Promise<Ended> {
    return this.follow(() => this.submit('rollback', options));
  }

  async maintenance(turn: 'on' | 'off', message = 'back soon'): Promise<Ended> {
    const only = ['api'];
    const options = turn === 'on' ? { turn, only, message } : { turn, only };
    return this.follow(() => this.submitAnyway({ runbook: 'maintenance', options }));
  }

  /** Takes a release that must go well. */
  async mustDeploy(options: Partial<DeployOptions> = {}): Promise<ReleasedOutcome> {
    return released(await this.deploy(options));
  }

  async watch(run: string): Promise<Ended> {
    try {
      const outcome = (await (await this.begunRun(run)).result()) as RunOutcome;
      return { code: EXIT_CODES.done, run, outcome };
    } catch (error) {
      const failure = readFailure(error);
      const code =
        failure.type === 'Cancelled' ? EXIT_CODES.cancelled : exitCodeOfFailure(failure.type);
      return { code, run, failure };
    }
  }

  handle(run: string): WorkflowHandle {
    return this.harness.client.workflow.getHandle(run);
  }

  /** The stack starts a run after it has given it its number. */
  private async begunRun(run: string): Promise<WorkflowHandle> {
    const handle = this.handle(run);
    await until(() => handle.describe().catch(unlessNotFound));
    return handle;
  }

  async progress(run: string): Promise<RunProgress> {
    return (await this.begunRun(run)).query(progress);
  }

  async step(run: string, id: string): Promise<StepProgress | undefined> {
    const { steps } = await this.progress(run);
    return steps.find((step) => step.id === id);
  }

  /** Waits until a step of a run is in a state. */
  untilStep(run: string, id: string, state: StepProgress['state']): Promise<StepProgress> {
    return until(async () => {
      const step = await this.step(run, id);
      return step?.state === state ? step : undefined;
    });
  }

  /** Waits until a step of a run is held; `before`: since when it was held before. */
  untilHeld(run: string, before?: string): Promise<HeldStep> {
    return until(async () => {
      const { phase, held } = await this.progress(run);
      const step = phase === 'hold' ? held?.[0] : undefined;
      return step?.since === before ? undefined : step;
    });
  }

  private async follow(submit: () => Promise<string>): Promise<Ended> {
    try {
      return await this.watch(await submit());
    } catch (error) {
      const failure = readFailure(error);
      return { code: exitCodeOfFailure(failure.type), run: '', failure };
    }
  }

  private request(what: RunbookRequest) {
    const by = { requestedBy: 'anna', trigger: 'cli', pawlVersion: '0.0.0' };
    return { ...what, ...by, stack: this.description };
  }
}

export function released({ outcome, failure }: Ended): ReleasedOutcome {
  if (outcome?.state === 'done' && 'canary' in outcome) return outcome;
  throw new Error(`no release came of it: ${JSON.stringify(outcome ?? failure)}`);
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  return undefined;
}

function requestOf(runbook: 'deploy' | 'rollback', options: object): RunbookRequest {
  const whole = runbook === 'deploy' ? { images: {}, ...options } : options;
  return { runbook, options: whole } as RunbookRequest;
}
