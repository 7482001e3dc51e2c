import { startPawl, type PawlEnvironment } from '../../support/pawl-environment';
import { ReleasedStack, type ReleasedStackOptions } from './released-stack';

/** To be called in a `describe`: starts pawl for its tests, and removes all stacks that they have made. */
export function releasedStacks(): (options?: ReleasedStackOptions) => Promise<ReleasedStack> {
  let pawl: PawlEnvironment;
  const stacks: ReleasedStack[] = [];

  beforeAll(async () => {
    pawl = await startPawl();
  });

  afterAll(async () => {
    for (const stack of stacks) await stack.remove();
    await pawl.stop();
  });

  return async (options = {}) => {
    const stack = await ReleasedStack.create(pawl, options);
    stacks.push(stack);
    return stack;
  };
}
