import type { FailureDetails } from '../model/failure-type';
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import { causeOf } from '../run/failures';

/** Whether the stack workflow knows what runs and which numbers are taken. Until then it numbers nothing. */
export class Readiness {
  private ready: boolean;
  private asking = 0;
  private obstacle: ApplicationFailure | undefined;

  constructor(ready: boolean) {
    this.ready = ready;
  }

  /** Resolves when it is ready. Throws what stands in the way. */
  async wait(): Promise<void> {
    this.asking += 1;
    try {
      await condition(() => this.ready || this.obstacle !== undefined);
      if (this.obstacle !== undefined) throw this.obstacle;
    } finally {
      this.asking -= 1;
    }
  }

  /** Is ready when `look` resolves. An activity that failed for good, say for a broken audit record, stands in the way. */
  async reach(look: () => Promise<void>): Promise<void> {
    this.ready = false;
    while (!this.ready) {
      try {
        await look();
        this.ready = true;
      } catch (error) {
        if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
        await this.tell(error);
      }
    }
  }

  /** Everybody who waits now is told; resolves when somebody waits anew, for then it is worth another look. */
  private async tell(error: ActivityFailure): Promise<void> {
    const { type, message, evidence } = causeOf(error);
    this.obstacle = ApplicationFailure.nonRetryable(message, type, {
      evidence,
    } satisfies FailureDetails);
    await condition(() => this.asking === 0);
    this.obstacle = undefined;
    await condition(() => this.asking > 0);
  }
}
