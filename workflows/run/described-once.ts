import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  type ActivityInterfaceFor,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities';
import type { StackDescription } from '../model/stack';
import { DESCRIPTION_UNKNOWN, type StackReference } from '../model/stack-reference';
import { hashJson } from './hash-plan';
import { jsonBytes } from './telling-steps';

/** A shorter one costs less with each step than a step of its own. */
const LONG_BYTES = 8 * 1024;

type Names = keyof HostActivities;
type Call = (options: ActivityOptions, args: readonly unknown[]) => Promise<unknown>;

/**
 * The steps of a stack with a long description: its host is given that once, before the first of them, and each then names it
 * by its hash. A host that has lost it says so, and is given it again.
 */
export function describedOnce<Name extends Names>(
  stack: StackDescription,
  activities: ActivityInterfaceFor<Pick<HostActivities, Name>>,
  keep: ActivityInterfaceFor<HostActivities>['keepDescription'],
): ActivityInterfaceFor<Pick<HostActivities, Name>> {
  if (jsonBytes(stack) <= LONG_BYTES) return activities;
  const hand = new HandOver(stack, keep);
  const names = Object.keys(activities) as Name[];
  const steps = names.map((name): [string, unknown] => {
    const call = (activities[name] as unknown as { executeWithOptions: Call }).executeWithOptions;
    const executeWithOptions: Call = (options, args) => hand.call(call, options, args);
    const direct = (...args: readonly unknown[]) => executeWithOptions({}, args);
    return [name, Object.assign(direct, { executeWithOptions })];
  });
  return Object.fromEntries(steps) as unknown as typeof activities;
}

class HandOver {
  private readonly reference: StackReference;
  private kept: Promise<void> | undefined;

  constructor(
    private readonly stack: StackDescription,
    private readonly keep: ActivityInterfaceFor<HostActivities>['keepDescription'],
  ) {
    const { name, host } = stack;
    this.reference = { name, host, description: hashJson(stack) };
  }

  async call(call: Call, options: ActivityOptions, args: readonly unknown[]): Promise<unknown> {
    const named = args.map((input) => this.named(input));
    await this.handOver();
    const given = this.kept;
    try {
      return await call(options, named);
    } catch (error) {
      if (!isForgotten(error)) throw error;
      // Unless a step beside this one has begun to give it again.
      if (this.kept === given) this.kept = undefined;
      await this.handOver();
      return call(options, named);
    }
  }

  private named(input: unknown): unknown {
    const { stack } = input as { readonly stack?: unknown };
    return stack === this.stack ? { ...(input as object), stack: this.reference } : input;
  }

  /** Where it was cancelled for another step's sake, it is done for this one. */
  private async handOver(): Promise<void> {
    for (;;) {
      const attempt = (this.kept ??= this.give());
      try {
        await attempt;
        return;
      } catch (error) {
        if (this.kept === attempt) this.kept = undefined;
        if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      }
    }
  }

  private async give(): Promise<void> {
    const { stack, reference } = this;
    const summary = `hand over the description of ${stack.name}`;
    await this.keep.executeWithOptions({ summary }, [{ stack, hash: reference.description }]);
  }
}

function isForgotten(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === DESCRIPTION_UNKNOWN
  );
}
