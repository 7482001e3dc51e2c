import { EXIT_CODES } from '../exit-codes';

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM) aborts. The first one says `farewell` at once and lets `work` leave
 * in order; a second one ends the process on the spot.
 */
export async function interruptible<Result>(
  farewell: () => void,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.detached);
    farewell();
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Resolves after the time, or at once when aborted: the caller looks at the signal. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Whether it settles in this time, and before an abort. Leaves no timer behind: one would keep the process from ending. */
export async function settlesWithin(
  promise: Promise<unknown>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const waited = pause(milliseconds, AbortSignal.any([signal, over.signal])).then(() => false);
  try {
    return await Promise.race([settled, waited]);
  } finally {
    over.abort();
  }
}
