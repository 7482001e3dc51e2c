import { condition, setHandler } from '@temporalio/workflow';
import { resolve } from '../../messages';
import type { HeldStep, HoldAnswer, ResolvedHold } from '../../model/hold';
import { reasonIn } from './answer';
import { chooseHeld, judgeHold } from './judge-hold';
import { preconditionFailed } from '../failures';
import { firstCharacters } from '../markdown';
import { now } from '../now';
import type { RunPage } from '../run-page';
import type { RunNews } from './run-news';

const LONGEST_FAILURE = 1000;

/** Where people's decisions about held steps arrive. */
export class HoldDesk {
  private readonly held: HeldStep[] = [];
  /** Every decision, in order. */
  readonly resolved: ResolvedHold[] = [];

  constructor(
    private readonly run: string,
    private readonly page: RunPage,
    private readonly news?: RunNews,
  ) {
    setHandler(resolve, (answer) => this.take(answer), {
      validator: (answer: unknown) => {
        const obstacle = judgeHold(this.run, this.held, answer);
        if (obstacle !== undefined) throw preconditionFailed(obstacle);
      },
      description:
        'decides about a step that has failed: {"by", "way": "retry" | "skip" | "abort", "step", "message", "values"}',
    });
  }

  /** Resolves when somebody has decided. Rejects when the run is cancelled, or its time is over. */
  async wait(step: HeldStep): Promise<ResolvedHold> {
    const held = { ...step, failure: firstCharacters(step.failure, LONGEST_FAILURE) };
    const isDecided = () => !this.held.includes(held);
    this.held.push(held);
    this.page.hold(this.held);
    this.news?.held(held);
    try {
      await condition(isDecided);
    } finally {
      this.remove(held);
    }
    return this.resolved.findLast((one) => one.step === held.step) as ResolvedHold;
  }

  private take(answer: HoldAnswer): ResolvedHold {
    const { by, way, step, values = {} } = answer;
    const held = chooseHeld(this.held, step === undefined ? {} : { step }) as HeldStep;
    const message = reasonIn(answer);
    const { title, failure, since } = held;
    const resolved = {
      ...{ step: held.step, title, failure, since, by, way, at: now() },
      ...(message === undefined ? {} : { message }),
      ...(Object.keys(values).length === 0 ? {} : { values }),
    };
    this.resolved.push(resolved);
    this.remove(held);
    return resolved;
  }

  private remove(held: HeldStep): void {
    const index = this.held.indexOf(held);
    if (index >= 0) this.held.splice(index, 1);
    this.page.hold(this.held);
  }
}
