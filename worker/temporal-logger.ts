import { ApplicationFailure, SdkComponent } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import type { Level } from 'pino';
import { FAILURE_TYPES, type FailureType } from '../workflows/model/failure-type';
import type { Logger } from './logging';

/** A poller for steps has no workflows, and says so each time it starts. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

const UNFORESEEN: FailureType = 'InternalError';

/** Long, and of no use to a reader. */
const LEFT_OUT: ReadonlySet<string> = new Set(['taskToken', 'heartbeatDetails', 'headers']);

/** Gives Temporal's lines (SDK, Core, workflows, activities) to our logger. */
export function temporalLogger(logger: Logger): DefaultLogger {
  const level = logger.level.toUpperCase() as LogLevel;
  return new DefaultLogger(level, (entry) => {
    if (entry.message === EXPECTED) return;
    // JSON has no bigint.
    const time = new Date(Number(entry.timestampNanos / 1_000_000n)).toISOString();
    const { fields, message } = foreseen(entry) ?? {
      fields: plain(entry.meta ?? {}),
      message: entry.message,
    };
    logger[levelOf(entry)]({ ...fields, time }, message);
  });
}

interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/**
 * A failure that was foreseen, in one line: its stack says only where pawl words failures, and `pawl show` has the rest.
 * Undefined for anything else, which keeps its stack.
 */
function foreseen({ message, meta }: LogEntry): Line | undefined {
  const error: unknown = meta?.['error'];
  const run = String(meta?.['workflowId']);
  if (message === 'Activity failed' && isForeseen(error)) {
    const { activityId: step, attempt } = meta ?? {};
    const failure = error.type;
    const text = `${run} ${String(step)}: ${String(failure)}: ${error.message}`;
    return { fields: { run, step, attempt, failure }, message: text };
  }
  // From the workflow's sandbox a failure arrives as a copy, without its type; workflows throw none but ours.
  if (message === 'Workflow failed' && error instanceof Error) {
    return { fields: { run }, message: `${run} failed: ${error.message}` };
  }
  return undefined;
}

function isForeseen(error: unknown): error is ApplicationFailure {
  if (!(error instanceof ApplicationFailure) || error.type === UNFORESEEN) return false;
  return FAILURE_TYPES.some((type) => type === error.type);
}

/** A poller's every change of state is worth an INFO to the SDK only. */
function levelOf({ level, meta }: LogEntry): Level {
  const isChatter = level === 'INFO' && meta?.['sdkComponent'] === SdkComponent.worker;
  return isChatter ? 'debug' : (level.toLowerCase() as Level);
}

function plain(meta: Readonly<Record<string | symbol, unknown>>): Record<string, unknown> {
  const kept = Object.entries(meta).filter(([key]) => !LEFT_OUT.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (typeof value === 'bigint') return [key, value.toString()];
      // pino spells out an error under `err` only.
      return value instanceof Error ? ['err', value] : [key, value];
    }),
  );
}
