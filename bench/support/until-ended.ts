import { Client, Connection } from '@temporalio/client';
import { sealedClientOptions } from '../../sealing/client-options';
import { openKeyRing } from '../../sealing/key-file';
import type { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';

/**
 * Waits for a run's end at no cost: a `pawl watch` beside it would take a second of CPU from what is measured.
 * Throws: what the run failed with
 */
export async function untilEnded({ address, keyFile }: PawlOnThisHost, run: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const sealed = sealedClientOptions(openKeyRing(keyFile));
    await new Client({ connection, ...sealed }).workflow.getHandle(run).result();
  } finally {
    await connection.close();
  }
}
