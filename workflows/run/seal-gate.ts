import { ApplicationFailure, log, workflowInfo } from '@temporalio/workflow';
import type { FailureDetails } from '../model/failure-type';
import {
  ANY_MESSAGE,
  askingOf,
  findMark,
  isAnswered,
  isAsked,
  isMark,
  UNSEALED,
  type Asking,
} from '../model/seal';
import { isStartedBy } from '../model/schedule';
import { RequestLedger } from './request-ledger';

/** From when it was requested until it is there; the error of its requester's clock counts too. */
const VALID_MILLISECONDS = 24 * 3_600_000;
/** What was requested longer before a workflow first began may have been admitted by one that was ended. */
const BEFORE_THE_START_MILLISECONDS = 2 * 3_600_000;

interface Opened {
  /** Undefined: of an execution from before 0.2. */
  readonly asking: Asking | undefined;
  readonly args: readonly unknown[];
}

type Message = 'start' | 'update' | 'signal' | 'query';

/** What one execution knows of sealing. */
export class SealGate {
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
 * A schedule of Temporal's starts its workflows by itself, with what was sealed when it was made and a time added to their ids:
 * that is taken as often as it comes, under the schedule's own ids, by the workflow that schedules have. It says nothing but
 * which entry of which stack file is due.
 */
function requireOrigin(asking: Asking): void {
  const { workflowType, workflowId, parent, continuedFromExecutionRunId, startTime } =
    workflowInfo();
  const what = `the start ${workflowType}`;
  if (asking.schedule !== undefined) {
    const isOwn = parent === undefined && continuedFromExecutionRunId === undefined;
    if (isOwn && isStartedBy(asking.schedule, workflowId)) return;
    throw refusal(what, 'it was sealed for a schedule, and that did not start it');
  }
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

/** Throws: ApplicationFailure for what could not be opened. */
export function refuseMark(what: string, value: unknown): unknown {
  if (isMark(value)) throw refusal(what, value[UNSEALED]);
  return value;
}

export function executionName(workflowId: string, runId: string): string {
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
