import { DefaultLogger, type LogLevel } from '@temporalio/worker';
import type { Level } from 'pino';
import type { Logger } from './logging';

/** Gives Temporal's lines (SDK, Core, workflows, activities) to the same logger. */
export function temporalLogger(logger: Logger): DefaultLogger {
  const level = logger.level.toUpperCase() as LogLevel;
  return new DefaultLogger(level, ({ level: lineLevel, message, timestampNanos, meta }) => {
    // JSON has no bigint.
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    logger[lineLevel.toLowerCase() as Level]({ ...plain(meta ?? {}), time }, message);
  });
}

function plain(meta: Readonly<Record<string | symbol, unknown>>): Record<string, unknown> {
  const entries = Object.entries(meta).map(([key, value]) => {
    if (typeof value === 'bigint') return [key, value.toString()] as const;
    // pino spells out an error under `err` only.
    return value instanceof Error ? (['err', value] as const) : ([key, value] as const);
  });
  return Object.fromEntries(entries);
}
