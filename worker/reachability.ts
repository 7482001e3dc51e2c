import type { NativeConnection } from '@temporalio/worker';
import type { TemporalAddress } from './config';
import type { Logger } from './logging';

const ANSWERS_WITHIN_MILLISECONDS = 2_000;
const LOOK_EVERY_MILLISECONDS = 5_000;

/** `reachable`, or `unreachable: ` and why. */
export async function reachability(connection: NativeConnection): Promise<string> {
  try {
    await connection.withDeadline(Date.now() + ANSWERS_WITHIN_MILLISECONDS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return 'reachable';
  } catch (error) {
    return `unreachable: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Says once when Temporal goes away and once when it is back, and returns what ends the watch. Core polls on by itself
 * meanwhile; its own line for each failed poll is left out of the log (see runtime.ts).
 */
export function watchReachability(
  connection: NativeConnection,
  { address }: TemporalAddress,
  logger: Logger,
): () => void {
  let last = 'reachable';
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const now = await reachability(connection);
    looking = false;
    if ((now === 'reachable') === (last === 'reachable')) return;
    last = now;
    if (now === 'reachable') logger.info({ address }, 'Temporal answers again');
    else logger.warn({ address, reason: now }, 'Temporal does not answer; waiting for it');
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MILLISECONDS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
