import { serverStuck } from './errors';
import { fullDiskOf } from './server-complaint';
import type { Session } from './session';

/**
 * A server writes on for a while into the room that its log has: it would take a request, and stop somewhere in the run.
 * Throws: ClientError where the disk of a server on this machine is full
 */
export async function refuseFullDisk({
  address,
  env,
}: Pick<Session, 'address' | 'env'>): Promise<void> {
  const complaint = await fullDiskOf({ address, env });
  if (complaint) throw serverStuck(undefined, { address }, complaint);
}
