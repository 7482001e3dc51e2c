import { randomUUID } from 'node:crypto';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { asked } from '../workflows/model/seal';

/**
 * Puts each message of a client in one payload with its name, an id and the time: sealed as a whole, it proves that its sender
 * has the key, also where it has no arguments, and is worth nothing as another message, or a second time.
 */
export function askingInterceptor(now: () => number = Date.now): WorkflowClientInterceptor {
  const wrap = (message: string, args: readonly unknown[]): [unknown] => {
    const asking = { message, id: randomUUID(), at: new Date(now()).toISOString() };
    return [asked(asking, args)];
  };
  return {
    startWithDetails: (input, next) => {
      const options = { ...input.options, args: wrap(input.workflowType, input.options.args) };
      return next({ ...input, options });
    },
    startUpdate: (input, next) => next({ ...input, args: wrap(input.updateName, input.args) }),
    startUpdateWithStart: (input, next) => {
      const { workflowType, workflowStartOptions: options, updateName, updateArgs } = input;
      return next({
        ...input,
        workflowStartOptions: { ...options, args: wrap(workflowType, options.args) },
        updateArgs: wrap(updateName, updateArgs),
      });
    },
    signal: (input, next) => next({ ...input, args: wrap(input.signalName, input.args) }),
    signalWithStart: (input, next) => {
      const { workflowType, options, signalName, signalArgs } = input;
      return next({
        ...input,
        options: { ...options, args: wrap(workflowType, options.args) },
        signalArgs: wrap(signalName, signalArgs),
      });
    },
    query: (input, next) => next({ ...input, args: wrap(input.queryType, input.args) }),
  };
}
