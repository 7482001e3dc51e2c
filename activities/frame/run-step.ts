import { Context, heartbeat } from '@temporalio/activity';
import type { RunReference, TransferProgress } from '../../workflows/model/run';
import type { StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { toFailure } from './to-failure';

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

/**
 * Runs one attempt of an activity: heartbeats with its progress, ends it when it is cancelled or moves nothing any more,
 * and turns what it throws into Temporal's failures.
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
  const attempt: Attempt = {
    signal: AbortSignal.any([context.cancellationSignal, watchdog.signal]),
    onProgress: (bytesDone = progress.bytesDone) => {
      progress.bytesDone = bytesDone;
      progress.movedAt = performance.now();
    },
    owner: `pawl:${input.run?.key ?? context.info.workflowExecution?.runId ?? 'none'}:${options.phase}`,
  };
  try {
    return await work(attempt, siteOf(ports, input.stack));
  } catch (error) {
    // Temporal must see its own CancelledFailure, or the attempt counts as failed and is tried again.
    if (context.cancellationSignal.aborted) await context.cancelled;
    const cause: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw toFailure(cause, context.info.attempt, (text) => ports.secrets.redact(text));
  } finally {
    clearInterval(beat);
  }
}

function transferProgress(options: StepOptions, bytesDone: number): TransferProgress {
  return {
    phase: options.phase,
    bytesDone,
    ...(options.bytesExpected === undefined ? {} : { bytesExpected: options.bytesExpected }),
  };
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
