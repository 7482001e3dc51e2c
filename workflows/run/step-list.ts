import type { PlannedStep } from '../model/plans';
import type { StepProgress } from '../model/run';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The steps of a run in the order of time: what has begun as it began last, then what is to come as it is planned. */
export class StepList {
  private readonly steps: Mutable<StepProgress>[] = [];

  get all(): readonly StepProgress[] {
    return this.steps;
  }

  /** A plan in place of an earlier one takes over what that had still before it; what is done already does not come again. */
  plan(planned: readonly PlannedStep[]): void {
    const begun = this.steps.filter(({ state }) => state !== 'waiting');
    const known = new Set(begun.map(({ id }) => id));
    const toCome = planned.filter(({ id }) => !known.has(id));
    this.steps.splice(0, Infinity, ...begun);
    this.steps.push(...toCome.map((step) => ({ ...step, state: 'waiting' as const })));
  }

  /** Changes a step, or adds one that was not planned (observing, undoing). One that begins, again too, is the last begun. */
  update(id: string, title: string, change: Partial<StepProgress>): void {
    const known = this.steps.findIndex((candidate) => candidate.id === id);
    const step = this.steps[known] ?? { id, title, state: 'waiting' as const };
    const begins = known < 0 || step.state === 'waiting' || change.state === 'running';
    if (begins && known >= 0) this.steps.splice(known, 1);
    if (change.state === 'running') forgetLastAttempt(step);
    Object.assign(step, change);
    if (begins) this.steps.splice(this.firstWaiting, 0, step);
  }

  /** The title of a step, as the plan has it where it was planned. */
  titleOf(id: string): string | undefined {
    return this.steps.find((step) => step.id === id)?.title;
  }

  /** Says of every step that is still to come that it will not: a run that is over waits for nothing. */
  settle(detail: string, including: (step: StepProgress) => boolean = () => true): void {
    for (const step of this.steps) {
      if (step.state === 'waiting' && including(step)) Object.assign(step, skipped(detail));
    }
  }

  private get firstWaiting(): number {
    const index = this.steps.findIndex(({ state }) => state === 'waiting');
    return index < 0 ? this.steps.length : index;
  }
}

function skipped(detail: string): Pick<StepProgress, 'state' | 'detail'> {
  return { state: 'skipped', detail };
}

/** What is said of an attempt that failed is not of the one that runs. */
function forgetLastAttempt(step: Mutable<StepProgress>): void {
  delete step.endedAt;
  delete step.detail;
  delete step.bytes;
}
