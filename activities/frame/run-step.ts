import { Context, heartbeat } from '@temporalio/activity';
import type { RunReference, TransferProgress } from '../../workflows/model/run';
import type { StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { untilAborted } from '../ports/until-aborted';
import { toFailure } from './to-failure';
import { STEP_KINDS, type StepKind } from '../../workflows/model/step-kinds';

/** What every activity on a host is called with, at least. */
export interface StepInput {
  readonly stack: StackDescription;
  readonly run?: RunReference;
}

export interface StepOptions {
  /** For the heartbeat: what is going on, such as `dump accounts`. */
  readonly phase: string;
  readonly bytesExpected?: number;
  /** Whether bytes must keep moving. Off for steps that only ask or rename. */
  readonly watchStall?: boolean;
}

/** A look is given up before Temporal would: so its failure says what did not answer. The rest is for telling it. */
const BEFORE_LIMIT_MILLISECONDS = 5_000;
const BEFORE_SHORT_LIMIT = 0.2;

/** Of a database, to a look: so that whoever was silent is named, before the whole look is given up. */
const ANSWER_SECONDS = 90;

/**
 * Runs one attempt of an activity: heartbeats with its progress, ends it when it is cancelled or moves nothing any more,
 * and turns what it throws into Temporal's failures. What only looks is given up at its limit, whether it ends or not: what
 * goes on behind it changes nothing.
 * Units:  stall = `stack.limits.stallSeconds` without a call of `onProgress`
 * Throws: ApplicationFailure (see to-failure.ts) · CancelledFailure as it came
 */
export async function runStep<Output>(
  ports: Ports,
  input: StepInput,
  options: StepOptions,
  work: (attempt: Attempt, site: Site) => Promise<Output>,
): Promise<Output> {
  const context = Context.current();
  const watchdog = new AbortController();
  const progress = { bytesDone: 0, movedAt: performance.now() };
  const beat = setInterval(
    () => {
      heartbeat(transferProgress(options, progress.bytesDone));
      const stillSeconds = (performance.now() - progress.movedAt) / 1000;
      if (options.watchStall === true && stillSeconds > input.stack.limits.stallSeconds) {
        watchdog.abort(stalled(options.phase, stillSeconds, progress.bytesDone));
      }
    },
    Math.min((context.info.heartbeatTimeoutMs ?? 10_000) / 4, 1000),
  );
  const patience = patienceMilliseconds(context);
  const timer =
    patience === undefined
      ? undefined
      : setTimeout(() => {
          watchdog.abort(unanswered(options.phase, patience / 1000));
        }, patience);
  const attempt: Attempt = {
    signal: AbortSignal.any([context.cancellationSignal, watchdog.signal]),
    onProgress: (bytesDone = progress.bytesDone) => {
      progress.bytesDone = bytesDone;
      progress.movedAt = performance.now();
    },
    owner: `pawl:${input.run?.key ?? context.info.workflowExecution?.runId ?? 'none'}:${options.phase}`,
    ...(patience !== undefined && { answerSeconds: ANSWER_SECONDS }),
  };
  try {
    const working = () => work(attempt, siteOf(ports, input.stack));
    if (patience === undefined) return await working();
    return await untilAborted(watchdog.signal, working);
  } catch (error) {
    // Temporal must see its own CancelledFailure, or the attempt counts as failed and is tried again.
    if (context.cancellationSignal.aborted) await context.cancelled;
    const cause: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw toFailure(cause, context.info.attempt, (text) => ports.secrets.redact(text));
  } finally {
    clearInterval(beat);
    clearTimeout(timer);
  }
}

/** When an attempt is given up, whether it ends or not. Undefined of what changes something: that must be seen to its end. */
function patienceMilliseconds({ info }: Context): number | undefined {
  const kind: StepKind | undefined = STEP_KINDS[info.activityType as keyof typeof STEP_KINDS];
  const isLook = kind === 'look' || kind === 'search';
  if (!isLook || info.startToCloseTimeoutMs === 0) return undefined;
  const limit = info.startToCloseTimeoutMs;
  return limit - Math.min(BEFORE_LIMIT_MILLISECONDS, limit * BEFORE_SHORT_LIMIT);
}

function transferProgress(options: StepOptions, bytesDone: number): TransferProgress {
  return {
    phase: options.phase,
    bytesDone,
    ...(options.bytesExpected === undefined ? {} : { bytesExpected: options.bytesExpected }),
  };
}

function unanswered(phase: string, seconds: number): AdapterError {
  return new AdapterError(
    'ServiceUnavailable',
    `${phase}: no answer for ${Math.round(seconds)} s; the attempt was ended`,
    {
      advice:
        'Something on this host accepts questions and does not answer them: Docker, a database, a disk.',
    },
  );
}

function stalled(phase: string, stillSeconds: number, bytesDone: number): AdapterError {
  return new AdapterError(
    'ServiceUnavailable',
    `${phase}: no byte moved for ${Math.round(stillSeconds)} s after ${bytesDone} bytes; the attempt was ended`,
    { advice: 'Raise limits.stall in the stack file if the source needs longer to begin.' },
  );
}

/** What adapters see of the stack; secrets are read when they are asked for, never before. */
function siteOf(ports: Ports, stack: StackDescription): Site {
  const place = {
    stack: stack.name,
    directory: stack.directory,
    ...(stack.compose === undefined ? {} : { compose: stack.compose }),
    services: servicesOf(stack),
  };
  return { ...place, secret: (reference) => ports.secrets.resolve(reference, place) };
}

function servicesOf({ deploy }: StackDescription): readonly string[] {
  if (deploy === undefined) return [];
  const { services, migrations, before, after } = deploy;
  const gates = [...before, ...after].flatMap((gate) => (gate.kind === 'run' ? gate.service : []));
  const named = [...services.map(({ service }) => service), migrations?.service ?? [], gates];
  return [...new Set(named.flat())];
}
