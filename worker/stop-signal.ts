import type { Logger } from './logging';

/** Ctrl-C reaches a process twice when npm runs it: from the terminal and from npm. */
const SAME_KEYPRESS_MILLISECONDS = 500;

/**
 * Aborted when the process is asked to end: a signal, or the death of the process that started it. Asked once more,
 * it ends at once; whatever it started dies with it.
 */
export function stopSignal(logger: Logger): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  const ask = (reason: string): void => {
    if (!stop.signal.aborted) {
      askedAt = performance.now();
      logger.info({ reason }, 'stopping');
      stop.abort();
    } else if (performance.now() - askedAt > SAME_KEYPRESS_MILLISECONDS) {
      logger.warn({ reason }, 'asked again: ending at once');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ask);
  process.once('disconnect', () => {
    if (!stop.signal.aborted) ask('the process that started this one is gone');
  });
  return stop.signal;
}

/** Asked to stop while it was still starting, or waiting for another: that is a clean end. */
export function isStop(error: unknown, stop: AbortSignal): boolean {
  return stop.aborted && error instanceof Error && error.name === 'AbortError';
}
