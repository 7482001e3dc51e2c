import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { COMMON_SETTINGS } from './common-settings';
import { redactLine } from './redact-line';
import type { Values } from './settings';

export type { Logger } from 'pino';

type LogConfig = Pick<Values<typeof COMMON_SETTINGS>, 'logLevel' | 'logFormat'>;

/**
 * Log lines on standard output: JSON, or made for reading on a terminal. Whatever is a secret is redacted in the
 * finished line, so no field and no nested error can carry one out (see redact-line.ts).
 */
export function createLogger(config: LogConfig, redact: (text: string) => string): Logger {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: false,
      // Temporal's lines come up to 100 ms late and bring the time when they happened.
      mixin: () => ({ time: new Date().toISOString() }),
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => redactLine(line, redact) },
    },
    destination(config),
  );
}

/** Whether lines are made for a person. */
export function isPretty(config: LogConfig): boolean {
  return config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY);
}

/** Synchronous: the last line before a crash is the one that is needed. */
function destination(config: LogConfig): DestinationStream {
  if (!isPretty(config)) return pino.destination({ dest: 1, sync: true });
  return pretty({
    sync: true,
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    // The last three are in the message.
    ignore: 'namespace,taskQueue,sdkComponent,isLocal,workflowExecution,run,step,failure',
    singleLine: true,
  });
}
