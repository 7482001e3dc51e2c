import { audienceOf, type Audience } from '../model/audience';
import type { Notice } from '../model/notice';
import type { QueuedRun } from '../model/queue';
import type { StackDescription } from '../model/stack';
import { hashJson } from '../run/hash-plan';
import { now } from '../run/now';
import { tell } from '../run/people/tell';
import { keepFresh } from './keep-fresh';
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
  /** Hash of the description that the keeper of the stack's freshness has; absent where there is none. */
  readonly watched?: string;
}

/** Has people told how the runs of a stack start and end. The newest stack file that a run was submitted with says whom. */
export class StackNews {
  private audience: Audience | undefined;
  private past: readonly RunbookPast[];
  private watched: string | undefined;
  private beginning = 0;

  constructor(
    private readonly stack: string,
    carried?: CarriedNews,
  ) {
    this.audience = carried?.audience;
    this.past = carried?.past ?? [];
    this.watched = carried?.watched;
  }

  heed(description: StackDescription): void {
    this.audience = audienceOf(description);
    const { watched } = this;
    if (description.freshness === undefined && watched === undefined) return;
    const hash = hashJson(description);
    this.watched = description.freshness === undefined ? undefined : hash;
    void this.settling(keepFresh(description, hash !== watched));
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
    const { past, audience, watched } = this;
    return { past, ...(audience && { audience }), ...(watched !== undefined && { watched }) };
  }

  private tell(
    { number }: Pick<QueuedRun, 'number'>,
    plan: (audience: Audience) => readonly Notice[],
  ): void {
    if (this.audience === undefined) return;
    for (const notice of plan(this.audience)) {
      void this.settling(tell(this.audience, notice, `${this.stack}/${number}/${notice.event}`));
    }
  }

  private async settling(begun: Promise<void>): Promise<void> {
    this.beginning += 1;
    try {
      await begun;
    } finally {
      this.beginning -= 1;
    }
  }
}
