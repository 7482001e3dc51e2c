import { freeBytesOf, FULL_BYTES } from '../../toolchain/state-directory';
import { formatBytes } from '../../workflows/model/format-bytes';
import type { Logger } from '../logging';

const LOOK_EVERY_MILLISECONDS = 5_000;
/** A busy day of runs writes less; then nothing is recorded, and no run goes on. */
const LITTLE_BYTES = 64 * 1024 ** 2;

type Room = 'enough' | 'little' | 'none';

/**
 * Says once when the disk of the state directory fills up, and once when there is room again: Temporal's own words for it
 * are hundreds of lines in its log, and clients are told nothing of the cause. Returns what ends the watch.
 */
export function watchDisk(stateDirectory: string, logger: Logger): () => void {
  let last: Room = 'enough';
  const look = async (): Promise<void> => {
    const freeBytes = await freeBytesOf(stateDirectory);
    const room = roomOf(freeBytes);
    if (room !== last) tell(room, { stateDirectory, free: formatBytes(freeBytes) }, logger);
    last = room;
  };
  const watch = (): void => {
    look().catch((error: unknown) => {
      logger.error(
        { err: error, stateDirectory },
        'the disk of the state directory cannot be looked at',
      );
    });
  };
  watch();
  const timer = setInterval(watch, LOOK_EVERY_MILLISECONDS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Units: octets that a user may still write */
function roomOf(freeBytes: number): Room {
  if (freeBytes < FULL_BYTES) return 'none';
  return freeBytes < LITTLE_BYTES ? 'little' : 'enough';
}

function tell(room: Room, facts: { stateDirectory: string; free: string }, logger: Logger): void {
  if (room === 'none') {
    logger.error(
      facts,
      'the disk of the state directory is full: no run can start, or go on for long, until there is room',
    );
  } else if (room === 'little') {
    logger.warn(
      facts,
      'the disk of the state directory is nearly full; when it is, no run can start or go on',
    );
  } else {
    logger.info(facts, 'the disk of the state directory has room again');
  }
}
