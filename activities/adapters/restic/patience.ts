import type { OnProgress } from '../../ports/attempt';

/** restic gives up a stuck request after five minutes and tries again (--stuck-request-timeout): twice that. */
const PATIENCE_MILLISECONDS = 10 * 60_000;

/**
 * Keeps the stall watchdog quiet while restic is at work on what it has taken: over a slow line the last packs take minutes,
 * in which no byte of the stream moves. Only while it is restic that is waited for: a source that hangs is a stall.
 */
export interface Patience {
  /** Waits for restic. */
  readonly during: <T>(wait: Promise<T>) => Promise<T>;
  /** restic has shown that it lives. */
  readonly signOfLife: () => void;
}

export function createPatience(onProgress: OnProgress): Patience {
  let waitingSince: number | undefined;
  return {
    async during(wait) {
      waitingSince = performance.now();
      try {
        return await wait;
      } finally {
        waitingSince = undefined;
      }
    },
    signOfLife() {
      if (waitingSince === undefined) return;
      if (performance.now() - waitingSince < PATIENCE_MILLISECONDS) onProgress();
    },
  };
}
