import { join } from 'node:path';
import { takeLock, type HeldLock } from '../../activities/adapters/process/file-lock';
import { BusyError } from '../run-entry';

/**
 * Takes the state directory for this process alone.
 * Retry:  a lock whose owner is dead is taken over; of several that try, one gets it
 * Throws: BusyError that names the living owner
 */
export function takeServerLock(stateDirectory: string): Promise<HeldLock> {
  return takeLock(join(stateDirectory, 'server.lock'), ({ pid }) => {
    throw new BusyError(
      `${stateDirectory} is in use by the pawl server with process id ${pid}. Stop that one, or choose another directory with --state-dir.`,
    );
  });
}
