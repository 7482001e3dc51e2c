import { audienceOf } from '../../model/audience';
import type { ApprovalState } from '../../model/approval';
import type { HeldStep } from '../../model/hold';
import type { Notice } from '../../model/notice';
import type { StackDescription } from '../../model/stack';
import { planApprovalNotice, planHeldNotice, type ToldRun } from './plan-notice';
import { tell } from './tell';

/** Has people told that a run waits for them. How it ends, its stack's workflow tells. */
export class RunNews {
  private told = 0;

  constructor(
    private readonly stack: StackDescription,
    private readonly about: ToldRun,
  ) {}

  held(step: HeldStep): void {
    this.tell((about) => planHeldNotice(about, this.about, step));
  }

  asked(approval: ApprovalState): void {
    this.tell((about) => planApprovalNotice(about, this.about, approval));
  }

  /** Not waited for: a run is neither delayed nor failed by it. */
  private tell(notice: (about: { stack: string; host: string }) => Notice): void {
    const audience = audienceOf(this.stack);
    if (audience === undefined) return;
    this.told += 1;
    const news = notice(audience);
    void tell(audience, news, `${this.about.run}/${news.event}-${this.told}`);
  }
}
