import { setTimeout as sleep } from 'node:timers/promises';

export interface Looking {
  readonly everyMilliseconds: number;
  /** Each pause is twice the last one, up to this. Absent: all are the same. */
  readonly atMostEveryMilliseconds?: number;
  /** Absent: without end. */
  readonly withinMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until it is so, or the time is over. Returns what was seen last: whoever needs it to be so asks.
 * Throws: the signal's reason · what `look` throws
 */
export async function untilSeen<Seen>(
  look: () => Promise<Seen>,
  isSo: (seen: Seen) => boolean,
  { everyMilliseconds, atMostEveryMilliseconds, withinMilliseconds = Infinity, signal }: Looking,
): Promise<Seen> {
  const deadline = performance.now() + withinMilliseconds;
  const slowest = atMostEveryMilliseconds ?? everyMilliseconds;
  for (let pause = everyMilliseconds; ; pause = Math.min(pause * 2, slowest)) {
    const seen = await look();
    if (isSo(seen) || performance.now() > deadline) return seen;
    await sleep(pause, undefined, { signal });
  }
}

/**
 * Tries again and again what is in the way now and may pass.
 * Throws: the signal's reason · what `work` throws and does not pass, at once, and else what it threw last
 */
export async function untilDone<Done>(
  work: () => Promise<Done>,
  mayPass: (error: unknown) => boolean,
  looking: Looking,
): Promise<Done> {
  const attempt = () =>
    work().then(
      (done) => ({ done }),
      (error: unknown) => {
        if (!mayPass(error)) throw error;
        return { error };
      },
    );
  const last = await untilSeen(attempt, (seen) => 'done' in seen, looking);
  if ('done' in last) return last.done;
  throw last.error;
}
