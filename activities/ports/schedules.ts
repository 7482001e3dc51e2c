import type { RunRequest } from '../../workflows/catalogue';
import type { Submitted } from '../../workflows/messages';
import type { AppliedSchedule } from '../../workflows/model/schedule';
import type { StackDescription } from '../../workflows/model/stack';

/** Temporal's schedules of a stack, and what their workflows ask of it. */
export interface Schedules {
  /**
   * Makes the stack's schedules what its description says: made, changed, removed. What an operator paused stays paused, with
   * the note. Idempotent; of two at once each sees what the other did.
   */
  apply(
    stack: Pick<StackDescription, 'name' | 'host' | 'schedule'>,
  ): Promise<readonly AppliedSchedule[]>;
  /**
   * Submits a run to its stack as a client does, with the version of pawl here. Asked again with the same id: it is admitted once.
   * Throws: AdapterError, with what the stack answered
   */
  submit(request: RunRequest, requestId: string): Promise<Submitted>;
  /** A scheduled run that began after this time, has not failed, and came from another request than this: `melvin/42`. */
  begunSince(
    since: { readonly stack: string; readonly runbook: string; readonly time: string },
    requestId: string,
  ): Promise<string | undefined>;
}
