import {
  condition,
  isCancellation,
  setCurrentDetails,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities';
import { dropStepId, type KeptInput, type KeptPart, type KeptState } from '../model/kept';
import type { RestorePlanPart } from '../model/plans';
import { causeOf } from '../run/failures';
import { keptPage } from './kept-page';

/** What could not be dropped for a reason that a person must see to is looked at again after so long. */
const TRY_AGAIN_AFTER = '1 day';

/** Temporal lets an execution wait for 2,000 activities, and the host does four at a time. */
const DROPPED_AT_ONCE = 100;

type Dropping = ActivityInterfaceFor<Pick<HostActivities, 'discardKept'>>;

/** What a keeper knows of the things it keeps. Every change shows on its page in Temporal. */
export class KeptParts {
  private parts: readonly KeptPart[];
  private confirmedBy: string | undefined;
  private atWork = 0;

  constructor(private readonly input: KeptInput) {
    this.confirmedBy = input.carried?.confirmedBy;
    this.parts = input.carried?.parts ?? input.parts.map(asKept);
    this.show();
  }

  state(): KeptState {
    return {
      run: this.input.run.id,
      since: this.input.since,
      until: this.input.until,
      ...(this.confirmedBy === undefined ? {} : { confirmedBy: this.confirmedBy }),
      parts: this.parts,
    };
  }

  /** Nothing is kept any more, or what is left waits for its next day. */
  get settled(): boolean {
    return this.parts.every(({ state }) => state === 'dropped' || state === 'failed');
  }

  get allDropped(): boolean {
    return this.parts.every(({ state }) => state === 'dropped');
  }

  get confirmed(): boolean {
    return this.confirmedBy !== undefined;
  }

  /** Also puts what failed before in line again. */
  confirm(by: string): void {
    this.confirmedBy = by;
    this.parts = this.parts.map((part) => (part.state === 'dropped' ? part : dropping(part)));
    this.show();
  }

  /** Drops all, each on its own: one that cannot be dropped holds up no other. Ends when nothing is left. */
  async dropAll(act: Dropping): Promise<void> {
    await Promise.all(this.parts.map((_, index) => this.drop(index, act)));
  }

  private async drop(index: number, act: Dropping): Promise<void> {
    while (this.parts[index]?.state !== 'dropped') {
      if (this.parts[index]?.state === 'failed') {
        await condition(() => this.parts[index]?.state !== 'failed', TRY_AGAIN_AFTER);
      }
      this.change(index, dropping);
      const reason = await this.attempt(index, act);
      this.change(index, (part) =>
        reason === undefined ? { ...part, state: 'dropped' } : { ...part, state: 'failed', reason },
      );
    }
  }

  /** Returns why it will never be dropped as things are. */
  private async attempt(index: number, act: Dropping): Promise<string | undefined> {
    const { stack, run, parts } = this.input;
    const planned = parts[index];
    if (planned === undefined) return undefined;
    const { part, target } = planned;
    const options = { activityId: dropStepId(part.name), summary: `drop the old ${part.name}` };
    await condition(() => this.atWork < DROPPED_AT_ONCE);
    this.atWork += 1;
    try {
      await act.discardKept.executeWithOptions(options, [{ stack, run, part, target }]);
      return undefined;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return causeOf(error).message;
    } finally {
      this.atWork -= 1;
    }
  }

  private change(index: number, to: (part: KeptPart) => KeptPart): void {
    this.parts = this.parts.map((part, at) => (at === index ? to(part) : part));
    this.show();
  }

  private show(): void {
    setCurrentDetails(keptPage(this.state()));
  }
}

function asKept({ part, target, keepAs }: RestorePlanPart): KeptPart {
  return { name: part.name, into: target.into, keptAs: keepAs ?? part.name, state: 'kept' };
}

function dropping({ name, into, keptAs }: KeptPart): KeptPart {
  return { name, into, keptAs, state: 'dropping' };
}
