import { isCancellation, type ActivityOptions } from '@temporalio/workflow';
import type { HoldWay, ResolvedHold } from '../model/hold';
import type { PlannedStep } from '../model/plans';
import type { StepProgress } from '../model/run';
import { causeOf } from './failures';
import type { HoldDesk } from './people/hold-desk';
import { now } from './now';
import type { RunPage } from './run-page';

/** What a person may do about a step that has failed, besides trying it again as it is and giving up. */
export interface Repair<Output> {
  /** The run can do without the step: what stands in place of its output. */
  readonly skipped?: () => Output;
  /** What a retry may correct, such as `timeoutSeconds`. */
  readonly values?: Readonly<Record<string, number>>;
}

export type StepCall<Output> = (
  options: ActivityOptions,
  values: Readonly<Record<string, number>>,
) => Promise<Output>;

/** What people see of a step: from the builder that its plan has it from. The id is unique within the run. */
export type StepName = Pick<PlannedStep, 'id' | 'title'>;

export interface AroundStep<Output> extends Repair<Output> {
  /** What its line says of what came of it. */
  readonly detail?: (output: Output) => Pick<StepProgress, 'detail' | 'bytes'>;
}

/** Takes a step: its title in the plan, where it was planned, goes before `title`. */
export type TakeStep = <Output>(
  step: StepName,
  call: StepCall<Output>,
  around?: AroundStep<Output>,
) => Promise<Output>;

/** Keeps things safe while a step is held, and goes on from there. */
export interface WhileHeld {
  before(): Promise<void>;
  after(): Promise<void>;
}

/** Takes a run's steps; where the run is to be held when one has failed, asks a person what to do. */
export class Steps {
  /** What must be safe while people think: traffic goes back to what serves well. */
  readonly whileHeld: WhileHeld[] = [];
  private isSettling = false;

  constructor(
    private readonly page: RunPage,
    private readonly desk: HoldDesk,
    private readonly holds: boolean,
  ) {}

  readonly take: TakeStep = async (step, call, around = {}) => {
    let values = around.values ?? {};
    let decided: HoldWay | undefined;
    for (;;) {
      try {
        if (decided !== undefined) await this.settle('after');
        if (decided === 'skip' && around.skipped) return around.skipped();
        return await this.attempt(step, call, { ...around, values });
      } catch (error) {
        if (isCancellation(error) || !this.mayHold) throw error;
        const answer = await this.hold(step, error, { ...around, values });
        if (answer === undefined || answer.way === 'abort') throw error;
        decided = answer.way;
        values = { ...values, ...answer.values };
        if (decided === 'skip') this.skip(step, `by ${answer.by}: ${answer.message ?? ''}`);
      }
    }
  };

  private async attempt<Output>(
    { id, title }: StepName,
    call: StepCall<Output>,
    { values = {}, detail }: Pick<AroundStep<Output>, 'values' | 'detail'>,
  ): Promise<Output> {
    this.page.update(id, title, { state: 'running', startedAt: now() });
    const summary = this.page.titleOf(id) ?? title;
    try {
      const output = await call({ activityId: id, summary }, values);
      this.page.update(id, title, { state: 'done', endedAt: now(), ...detail?.(output) });
      return output;
    } catch (error) {
      const endedAt = now();
      if (isCancellation(error)) this.page.cancelled(id, title, endedAt);
      else {
        const detail = causeOf(error).message;
        this.page.update(id, title, { state: 'failed', endedAt, detail });
      }
      throw error;
    }
  }

  /** Before anything was touched there is nothing to keep; undoing and recording are the end. */
  private get mayHold(): boolean {
    return this.holds && !this.isSettling && this.page.isChanging;
  }

  /** Undefined where it could not be made safe: then it is undone. */
  private async hold<Output>(
    { id, title }: StepName,
    error: unknown,
    repair: Repair<Output>,
  ): Promise<ResolvedHold | undefined> {
    const { message, evidence } = causeOf(error);
    if (!(await this.isMadeSafe())) return undefined;
    return this.desk.wait({
      ...{ step: id, title, failure: message, since: now() },
      ...(evidence.advice === undefined ? {} : { advice: evidence.advice }),
      ways: repair.skipped === undefined ? ['retry', 'abort'] : ['retry', 'skip', 'abort'],
      values: repair.values ?? {},
    });
  }

  private skip({ id, title }: StepName, why: string): void {
    this.page.update(id, title, { state: 'skipped', endedAt: now(), detail: why });
  }

  /** Why it was not, its steps say. */
  private async isMadeSafe(): Promise<boolean> {
    try {
      await this.settle('before');
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return false;
    }
  }

  /** Its own steps are not held. */
  private async settle(moment: keyof WhileHeld): Promise<void> {
    const all = moment === 'before' ? [...this.whileHeld].reverse() : this.whileHeld;
    this.isSettling = true;
    try {
      for (const one of all) await one[moment]();
    } finally {
      this.isSettling = false;
    }
  }
}
