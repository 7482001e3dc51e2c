import { SdkComponent } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import type { Level } from 'pino';
import type { Logger } from './logging';

/** A poller for steps has no workflows, and says so each time it starts. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

/** Long, and of no use to a reader. */
const LEFT_OUT: ReadonlySet<string> = new Set(['taskToken', 'heartbeatDetails', 'headers']);

/** Gives Temporal's lines (SDK, Core, workflows, activities) to our logger. */
export function temporalLogger(logger: Logger): DefaultLogger {
  const level = logger.level.toUpperCase() as LogLevel;
  return new DefaultLogger(level, (entry) => {
    if (entry.message === EXPECTED) return;
    // JSON has no bigint.
    const time = new Date(Number(entry.timestampNanos / 1_000_000n)).toISOString();
    logger[levelOf(entry)]({ ...plain(entry.meta ?? {}), time }, entry.message);
  });
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
