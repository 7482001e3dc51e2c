import { setTimeout as sleep } from 'node:timers/promises';
import type { PawlOnThisHost, StepSeen } from './pawl-on-this-host';
import { tell } from './timeline';

const STALLED_SECONDS = 180;

/** A program killed in the middle of a run, and what became of it. */
export interface Crash {
  readonly killed: 'worker' | 'server';
  readonly pid: number;
  readonly run: string;
  readonly step: string;
  /** Bytes the killed attempt had moved. */
  readonly bytesMoved: number;
  /** The attempt that was killed, and the one that went on (the same where the server died and the worker did not). */
  readonly attemptKilled: number;
  readonly attemptThatWentOn: number;
  readonly secondsUntilItWentOn: number;
}

/**
 * Waits until a step is in its middle, kills a program with SIGKILL, and waits until the run has gone on from there:
 * a later attempt moves, or the step is done.
 */
export async function killInMidStep(
  pawl: PawlOnThisHost,
  run: string,
  stepId: string,
  program: Crash['killed'],
  isMiddle: (step: StepSeen) => boolean,
): Promise<Crash> {
  const seen = await waitFor(pawl, run, stepId, isMiddle);
  const pid = await pawl.kill9(program);
  const killedAt = performance.now();
  tell(
    `✗ kill -9 ${pid} (${program}) in "${seen.title}", attempt ${seen.attempt}, ${seen.bytes} bytes in`,
  );
  const next = await waitFor(pawl, run, stepId, (step) => hasGoneOn(program, seen, step));
  const secondsUntilItWentOn = Number(((performance.now() - killedAt) / 1000).toFixed(1));
  tell(
    `✓ "${next.title}" goes on by itself after ${secondsUntilItWentOn} s, attempt ${next.attempt}`,
  );
  return {
    killed: program,
    pid,
    run,
    step: stepId,
    bytesMoved: seen.bytes,
    attemptKilled: seen.attempt,
    attemptThatWentOn: next.attempt,
    secondsUntilItWentOn,
  };
}

/** The server's death ends no attempt: the worker's goes on, and its end is told when the server is back. */
function hasGoneOn(program: Crash['killed'], before: StepSeen, now: StepSeen): boolean {
  if (now.state === 'done') return true;
  if (program === 'server') return now.bytes > before.bytes;
  return now.attempt > before.attempt;
}

/** As long as something moves, however slow the machine is. */
async function waitFor(
  pawl: PawlOnThisHost,
  run: string,
  stepId: string,
  condition: (step: StepSeen) => boolean,
): Promise<StepSeen> {
  let movedAt = performance.now();
  let last: StepSeen | undefined;
  for (;;) {
    const step = await pawl.lookAtStep(run, stepId, last);
    if (step !== undefined && condition(step)) return step;
    if (JSON.stringify(step) !== JSON.stringify(last)) movedAt = performance.now();
    last = step;
    if (performance.now() - movedAt > STALLED_SECONDS * 1000) {
      throw new Error(
        `${run}: ${stepId} has not moved for ${STALLED_SECONDS} s: ${JSON.stringify(last)}`,
      );
    }
    await sleep(100);
  }
}
