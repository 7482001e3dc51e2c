import { heartbeat } from '@temporalio/activity';

/** Tells that this worker lives while it waits for something: its death is noticed within the heartbeat timeout. */
export async function beating<Output>(work: () => Promise<Output>): Promise<Output> {
  const beat = setInterval(() => {
    heartbeat();
  }, 2000);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
