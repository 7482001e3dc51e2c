import {
  workflowInfo,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { asked, type Asking } from '../model/seal';
import { executionName, refuseMark, SealGate } from './seal-gate';

/**
 * Temporal's own questions, which its pages ask without a key: for a run's page and for where it stands. They take nothing and
 * change nothing, and their answers are sealed.
 */
const OF_TEMPORAL = /^(?:__temporal_workflow_metadata|__stack_trace|__enhanced_stack_trace)$/;

/**
 * Stands before every workflow: lets through what was sealed with the installation's key, for this very message, and once.
 * Anything else ends the execution, refuses the update or query, drops the signal: at once, and in a sentence.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const gate = new SealGate();
  return { inbound: [inbound(gate)], outbound: [outbound(gate)] };
};

function inbound(gate: SealGate): WorkflowInboundCallsInterceptor {
  return {
    async execute(input, next) {
      return next({ ...input, args: [...gate.openStart(input.args)] });
    },
    validateUpdate(input, next) {
      next({ ...input, args: [...gate.openRequest('update', input.name, input.args).args] });
    },
    async handleUpdate(input, next) {
      const { asking, args } = gate.openRequest('update', input.name, input.args);
      gate.admit(asking);
      return next({ ...input, args: [...args] });
    },
    async handleSignal(input, next) {
      const opened = gate.openSignal(input.signalName, input.args);
      if (opened !== undefined) await next({ ...input, args: [...opened] });
    },
    async handleQuery(input, next) {
      if (OF_TEMPORAL.test(input.queryName)) return next({ ...input, args: [] });
      const { args } = gate.open('query', input.queryName, input.args);
      return next({ ...input, args: [...args] });
    },
  };
}

function outbound(gate: SealGate): WorkflowOutboundCallsInterceptor {
  return {
    async scheduleActivity(input, next) {
      const { runId, originalExecutionRunId } = workflowInfo();
      const wasReset = runId !== originalExecutionRunId;
      const message = input.activityType;
      const asking: Asking = { message, run: runId, ...(wasReset ? { reset: true } : {}) };
      return gate.answerOf(message, await next({ ...input, args: [asked(asking, input.args)] }));
    },
    async startChildWorkflowExecution(input, next) {
      const { workflowId, runId } = workflowInfo();
      const asking = {
        ...gate.asking(input.workflowType),
        parent: executionName(workflowId, runId),
      };
      const options = { ...input.options, args: [asked(asking, input.options.args)] };
      const [started, ended] = await next({ ...input, options });
      const checked = ended.then((result) =>
        refuseMark(`the result of ${input.workflowType}`, result),
      );
      // Whoever started it may not wait for its end.
      checked.catch(() => undefined);
      return [started, checked];
    },
    async signalWorkflow(input, next) {
      await next({ ...input, args: [asked(gate.asking(input.signalName), input.args)] });
    },
    async continueAsNew(input, next) {
      const message = input.options.workflowType;
      const asking: Asking = { message, continued: gate.continued() };
      return next({ ...input, args: [asked(asking, input.args)] });
    },
  };
}
