import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { FailureDetails } from '../../model/failure-type';
import type { Freeze } from '../../model/queue';
import { freezeActivities } from '../activities';
import { causeOf } from '../failures';

/** What the host keeps of a stack's freeze. One write at a time: the last one must be the newest. */
export class FreezeRecord {
  private writing = false;

  constructor(
    private readonly stack: string,
    private readonly host: string,
  ) {}

  /**
   * Keeps what holds when its turn has come; returns whether a freeze was kept before.
   * Throws: what the host said, or that it did not answer; the freeze holds or has ended all the same
   */
  async write(current: () => Freeze | undefined): Promise<boolean> {
    await condition(() => !this.writing);
    this.writing = true;
    const freeze = current();
    try {
      const kept = freeze === undefined ? {} : { freeze };
      return await freezeActivities(this.host).recordFreeze({ stack: this.stack, ...kept });
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      throw this.notKept(freeze, error);
    } finally {
      this.writing = false;
    }
  }

  private notKept(freeze: Freeze | undefined, error: ActivityFailure): ApplicationFailure {
    const { type, message, evidence } = causeOf(error);
    const [is, then, again] =
      freeze === undefined
        ? ['no longer frozen', 'comes back', 'pawl unfreeze']
        : ['frozen', 'is lost', 'pawl freeze'];
    const advice = [evidence.advice, `Then run \`${again}\` again.`].filter(Boolean).join(' ');
    const details: FailureDetails = { evidence: { ...evidence, advice } };
    return ApplicationFailure.nonRetryable(
      `${this.stack} is ${is}, but host ${this.host} did not record it: if Temporal loses its state, the freeze ${then} (${message})`,
      type,
      details,
    );
  }
}
