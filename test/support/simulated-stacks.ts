import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities';
import type { SimulatedProjectOptions } from './simulated-project';
import { SimulatedStack } from './simulated-stack';
import { gate, WorkflowHarness, type ActivityDoubles } from './workflow-harness';

type Step = (input: { readonly stack: string | { readonly name: string } }) => Promise<unknown>;

/**
 * To be called in a `describe`: Temporal's server and one worker for its tests, which may be concurrent: they start with the
 * first stack. Each stack has a host of its own, which its activities are asked on.
 */
export function simulatedStacks(): (options?: SimulatedProjectOptions) => Promise<SimulatedStack> {
  const stacks = new Map<string, SimulatedStack>();
  let started: Promise<Started> | undefined;

  afterAll(async () => {
    const { harness, end } = (await started) ?? {};
    await end?.();
    await harness?.stop();
    for (const stack of stacks.values()) await stack.remove();
  });

  return async (options = {}) => {
    started ??= start(stacks);
    const { harness } = await started;
    const stack = await SimulatedStack.create(harness, options);
    stacks.set(stack.name, stack);
    return stack;
  };
}

interface Started {
  readonly harness: WorkflowHarness;
  /** Looks at all runs once more, and stops the worker. */
  readonly end: () => Promise<void>;
}

async function start(stacks: Map<string, SimulatedStack>): Promise<Started> {
  const harness = await WorkflowHarness.start();
  const first = await SimulatedStack.create(harness);
  stacks.set(first.name, first);
  const [begun, ended] = [gate(), gate()];
  const working = harness.working(activitiesOf(first.activities, stacks), () => {
    begun.open();
    return ended.opened;
  });
  await Promise.race([begun.opened, working]);
  const end = () => {
    ended.open();
    return working;
  };
  return { harness, end };
}

function activitiesOf(
  names: HostActivities,
  stacks: ReadonlyMap<string, SimulatedStack>,
): ActivityDoubles {
  const steps = Object.keys(names).map((name) => {
    const step: Step = async (input) => {
      const named = typeof input.stack === 'string' ? input.stack : input.stack.name;
      const stack = stacks.get(named);
      if (stack === undefined) throw ApplicationFailure.nonRetryable(`No host has ${named}`);
      await stack.begun(name);
      return (stack.activities[name as keyof HostActivities] as unknown as Step)(input);
    };
    return [name, step];
  });
  return Object.fromEntries(steps) as ActivityDoubles;
}
