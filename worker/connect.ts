import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalAddress } from './config';
import type { Logger } from './logging';

const FIRST_DELAY_MILLISECONDS = 200;
const LONGEST_DELAY_MILLISECONDS = 5_000;
/** While it waits, a worker says so again this often. */
const REMINDER_MILLISECONDS = 60_000;

/**
 * Connects to Temporal and makes the namespace ready, waiting as long as it takes.
 * Retry:  without end, every 0.2 s to 5 s; logs the reason when it changes, and once a minute
 * Throws: the signal's reason
 */
export async function connectWhenUp(
  temporal: TemporalAddress,
  prepare: (connection: NativeConnection) => Promise<void>,
  logger: Logger,
  stop: AbortSignal,
): Promise<NativeConnection> {
  const tell = reminder(temporal, logger);
  for (
    let delay = FIRST_DELAY_MILLISECONDS;
    ;
    delay = Math.min(delay * 1.5, LONGEST_DELAY_MILLISECONDS)
  ) {
    stop.throwIfAborted();
    try {
      return await connectOnce(temporal, prepare);
    } catch (error) {
      tell(reasonOf(error));
    }
    await sleep(delay, undefined, { signal: stop });
  }
}

async function connectOnce(
  { connectionOptions }: TemporalAddress,
  prepare: (connection: NativeConnection) => Promise<void>,
): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    await prepare(connection);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function reminder(temporal: TemporalAddress, logger: Logger): (reason: string) => void {
  const told = { reason: '', at: 0 };
  return (reason) => {
    if (reason === told.reason && performance.now() - told.at < REMINDER_MILLISECONDS) return;
    Object.assign(told, { reason, at: performance.now() });
    const { address, namespace } = temporal;
    logger.warn(
      { address, namespace, reason },
      'waiting for Temporal; `pawl server` starts one here',
    );
  };
}

/** gRPC's errors say what happened in `details`, transport errors in their message. */
function reasonOf(error: unknown): string {
  const { details, message } = error as { details?: unknown; message?: unknown };
  if (typeof details === 'string' && details !== '') return details;
  return typeof message === 'string' ? message : String(error);
}
