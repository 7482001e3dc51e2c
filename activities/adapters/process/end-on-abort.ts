import type { RunningCommand } from '../../ports/command-runner';

/** Ends a program with the signal, also with one that was aborted before. */
export function endOnAbort(running: RunningCommand, signal: AbortSignal | undefined): void {
  const end = (): void => void running.kill();
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  const forget = (): void => signal?.removeEventListener('abort', end);
  running.exit.then(forget, forget);
}
