/**
 * Waits for `work` until the signal is aborted: then rejects with the signal's reason at once. What cannot be ended by
 * itself, such as a question that the engine asks a registry, goes on without us and ends by its own time limit.
 */
export async function untilAborted<Answer>(
  signal: AbortSignal,
  work: () => Promise<Answer>,
): Promise<Answer> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
