import { ApplicationFailure } from '@temporalio/activity';
import type { StackDescription } from '../../workflows/model/stack';
import {
  DESCRIPTION_UNKNOWN,
  isReference,
  type StackReference,
} from '../../workflows/model/stack-reference';
import type { Ports } from '../ports/host-ports';

type Activity = (input: never) => Promise<unknown>;

/**
 * Lets steps be asked with a reference in place of a description that their host was given: each gets the whole.
 * Throws: DescriptionUnknown, where the host has it no longer: the run gives it again
 */
export function described<Activities extends Readonly<Record<string, Activity>>>(
  { descriptions }: Pick<Ports, 'descriptions'>,
  activities: Activities,
): Activities {
  const whole = async (stack: StackReference): Promise<StackDescription> => {
    const found = await descriptions.find(stack.description);
    if (found !== undefined) return found;
    const message = `this host no longer has the description of ${stack.name}`;
    throw ApplicationFailure.nonRetryable(message, DESCRIPTION_UNKNOWN);
  };
  const withWhole = (activity: Activity): Activity => {
    const called = activity as (input: unknown) => Promise<unknown>;
    return async (input: unknown) =>
      hasReference(input) ? called({ ...input, stack: await whole(input.stack) }) : called(input);
  };
  const entries = Object.entries(activities).map(([name, activity]) => [name, withWhole(activity)]);
  return Object.fromEntries(entries) as Activities;
}

function hasReference(input: unknown): input is { readonly stack: StackReference } {
  const { stack } = (input ?? {}) as { readonly stack?: StackDescription | StackReference };
  return typeof stack === 'object' && isReference(stack);
}
