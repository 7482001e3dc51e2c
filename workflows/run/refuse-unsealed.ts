import {
  ApplicationFailure,
  log,
  workflowInfo,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import type { FailureDetails } from '../model/failure-type';
import {
  ANY_MESSAGE,
  asked,
  askingOf,
  findMark,
  isAnswered,
  isAsked,
  isMark,
  UNSEALED,
  type Asking,
} from '../model/seal';
import { RequestLedger } from './request-ledger';

/** From when it was requested until it is there; the error of its requester's clock counts too. */
const VALID_MILLISECONDS = 24 * 3_600_000;
/** What was requested longer before a workflow first began may have been admitted by one that was ended. */
const BEFORE_THE_START_MILLISECONDS = 2 * 3_600_000;

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
  const gate = new Gate();
  return { inbound: [inbound(gate)], outbound: [outbound(gate)] };
};

function inbound(gate: Gate): WorkflowInboundCallsInterceptor {
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

function outbound(gate: Gate): WorkflowOutboundCallsInterceptor {
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

interface Opened {
  /** Undefined: of an execution from before 0.2. */
  readonly asking: Asking | undefined;
  readonly args: readonly unknown[];
}

type Message = 'start' | 'update' | 'signal' | 'query';

/** What one execution knows of sealing. */
class Gate {
  private ledger: RequestLedger | undefined;
  private requests = 0;
  /**
   * It began before 0.2, unsealed; the worker opens that only where it is told to accept it, else all of it are marks. Only a
   * past that is replayed can have begun so.
   */
  private isOld = false;

  openStart(given: readonly unknown[]): readonly unknown[] {
    const { workflowType, unsafe } = workflowInfo();
    this.isOld = given.length > 0 && !given.some(isAsked) && unsafe.isReplaying;
    const { asking, args } = this.open('start', workflowType, given);
    this.ledger = new RequestLedger(
      asking?.continued?.memory ?? { notBefore: firstRequest(), admitted: [] },
    );
    if (asking !== undefined) requireOrigin(asking);
    return args;
  }

  /** Throws: ApplicationFailure (PreconditionFailed) for what is not sealed, or sealed as another message. */
  open(message: Message, name: string, given: readonly unknown[]): Opened {
    const what = `the ${message} ${name}`;
    const mark = findMark(given);
    if (mark !== undefined) throw refusal(what, mark[UNSEALED]);
    const [envelope] = given;
    if (!isAsked(envelope)) {
      if (this.isOld) return { asking: undefined, args: given };
      throw refusal(what, 'it is not sealed');
    }
    const asking = askingOf(envelope);
    if (asking.message !== name && asking.message !== ANY_MESSAGE) {
      throw refusal(what, 'it was sealed as another message');
    }
    return { asking, args: envelope.args };
  }

  /** Throws: as `open`, also for what is too old or was admitted before. */
  openRequest(message: Message, name: string, given: readonly unknown[]): Opened {
    const opened = this.open(message, name, given);
    const { asking } = opened;
    if (asking === undefined) return opened;
    requireValid(`the ${message} ${name}`, asking, Date.now());
    const obstacle = this.ledger?.obstacle(asking);
    if (obstacle !== undefined) throw refusal(`the ${message} ${name}`, obstacle);
    return opened;
  }

  admit(asking: Asking | undefined): void {
    if (asking !== undefined) this.ledger?.admit(asking);
  }

  /** Undefined of one that is refused: a signal has no answer that could say so. */
  openSignal(name: string, given: readonly unknown[]): readonly unknown[] | undefined {
    try {
      const { asking, args } = this.openRequest('signal', name, given);
      this.admit(asking);
      return args;
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      log.warn(error.message);
      return undefined;
    }
  }

  /** Throws: ApplicationFailure for an answer that no worker of this installation gave. */
  answerOf(step: string, result: unknown): unknown {
    const what = `the answer of step ${step}`;
    if (isAnswered(result)) return result.value;
    if (this.isOld) return refuseMark(what, result);
    throw refusal(what, isMark(result) ? result[UNSEALED] : 'it is not sealed');
  }

  /** Of what this execution asks another for. */
  asking(message: string): Asking {
    this.requests += 1;
    return { message, id: `${workflowInfo().runId}/${this.requests}`, at: isoTime(Date.now()) };
  }

  continued(): NonNullable<Asking['continued']> {
    const memory = this.ledger?.carry(isoTime(Date.now() - VALID_MILLISECONDS));
    return {
      from: workflowInfo().runId,
      memory: memory ?? { notBefore: firstRequest(), admitted: [] },
    };
  }
}

/**
 * A start says where it comes from: a copy of it begins nothing elsewhere, nor long after.
 * A schedule of Temporal's starts its workflows by itself, with what it was given when it was made and a time added to their
 * ids: whoever adds schedules gives their thin workflow a way of its own here.
 */
function requireOrigin(asking: Asking): void {
  const { workflowType, parent, continuedFromExecutionRunId, startTime } = workflowInfo();
  const what = `the start ${workflowType}`;
  if (asking.continued !== undefined || continuedFromExecutionRunId !== undefined) {
    if (asking.continued?.from === continuedFromExecutionRunId) return;
    throw refusal(what, 'it does not continue the execution that it was sealed in');
  }
  requireValid(what, asking, startTime.getTime());
  const by = parent && executionName(parent.workflowId, parent.runId);
  if (asking.parent !== by) throw refusal(what, 'it was sealed for another parent, or for none');
}

function requireValid(what: string, { at = '', id }: Asking, now: number): void {
  const apart = Math.abs(now - Date.parse(at));
  if (id !== undefined && apart <= VALID_MILLISECONDS) return;
  throw refusal(
    what,
    `it says that it was requested at ${at || 'no time'}, which is more than 24 hours from now`,
    'Make the request again. Where it is new, set the clock of the machine that it was made on.',
  );
}

function firstRequest(): string {
  return isoTime(workflowInfo().startTime.getTime() - BEFORE_THE_START_MILLISECONDS);
}

function refuseMark(what: string, value: unknown): unknown {
  if (isMark(value)) throw refusal(what, value[UNSEALED]);
  return value;
}

function executionName(workflowId: string, runId: string): string {
  return `${workflowId} ${runId}`;
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function refusal(
  what: string,
  reason: string,
  advice = 'Use `pawl` with the key of this installation: PAWL_KEY_FILE names it (SECURITY.md, "Sealing").',
): ApplicationFailure {
  const details: FailureDetails = { evidence: { advice } };
  return ApplicationFailure.nonRetryable(
    `${what} is refused: ${reason}`,
    'PreconditionFailed',
    details,
  );
}
