import { audienceOf, type Audience } from '../model/audience';
import type { Notice } from '../model/notice';
import type { QueuedRun } from '../model/queue';
import type { StackDescription } from '../model/stack';
import { now } from '../run/now';
import { tell } from '../run/people/tell';
import {
  planEndNotices,
  planPast,
  planStartNotice,
  type RunbookPast,
  type ToldEnd,
} from './plan-news';

/** What one execution of the stack workflow hands to the next. */
export interface CarriedNews {
  readonly audience?: Audience;
  readonly past: readonly RunbookPast[];
}

/** Has people told how the runs of a stack start and end. The newest stack file that a run was submitted with says whom. */
export class StackNews {
  private audience: Audience | undefined;
  private past: readonly RunbookPast[];
  private beginning = 0;

  constructor(
    private readonly stack: string,
    carried?: CarriedNews,
  ) {
    this.audience = carried?.audience;
    this.past = carried?.past ?? [];
  }

  heed(description: StackDescription): void {
    this.audience = audienceOf(description);
  }

  started(run: QueuedRun): void {
    this.tell(run, (audience) => [planStartNotice(audience, run, now())]);
  }

  ended(run: ToldEnd): void {
    const before = this.past.find(({ runbook }) => runbook === run.runbook);
    this.past = planPast(this.past, run, this.stack);
    this.tell(run, (audience) => planEndNotices(audience, run, before));
  }

  /** Whether all that is told of has begun to be told. */
  get settled(): boolean {
    return this.beginning === 0;
  }

  carry(): CarriedNews {
    return { past: this.past, ...(this.audience && { audience: this.audience }) };
  }

  private tell(
    { number }: Pick<QueuedRun, 'number'>,
    plan: (audience: Audience) => readonly Notice[],
  ): void {
    if (this.audience === undefined) return;
    for (const notice of plan(this.audience)) void this.begin(this.audience, notice, number);
  }

  private async begin(audience: Audience, notice: Notice, number: number): Promise<void> {
    this.beginning += 1;
    try {
      await tell(audience, notice, `${this.stack}/${number}/${notice.event}`);
    } finally {
      this.beginning -= 1;
    }
  }
}
