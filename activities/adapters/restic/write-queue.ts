import type { Writable } from 'node:stream';

/**
 * What may wait for restic in memory, for each stream: restic takes its input in gulps, with pauses between them, in which
 * the source should not have to wait. Measured with 820 MB of `pg_dump -Fc -Z0`, two cores: 6.6 s with 4 MiB, 6.0 with 32.
 */
const MOST_QUEUED_BYTES = 32 * 1024 * 1024;

/** Chunks on their way to a program, many to a system call. */
export interface WriteQueue {
  add(chunk: Buffer): void;
  isFull(): boolean;
  /** Resolves when it is half empty; never when the program is gone, whose end tells more than a broken pipe. */
  room(): Promise<void>;
}

/**
 * Measured with 1.3 GB of `pg_dump -Fc -Z0`, two cores: 7.3 s where each 64 KiB waits for its drain, 5.9 s with the queue.
 */
export function createWriteQueue(
  stdin: Writable | null,
  onWritten: (chunk: Buffer) => void = () => undefined,
): WriteQueue {
  let queuedBytes = 0;
  let corked = false;
  let tellRoom = (): void => undefined;
  const cork = (): void => {
    if (corked) return;
    corked = true;
    stdin?.cork();
    setImmediate(() => {
      corked = false;
      stdin?.uncork();
    });
  };
  return {
    add(chunk) {
      cork();
      queuedBytes += chunk.length;
      stdin?.write(chunk, () => {
        queuedBytes -= chunk.length;
        onWritten(chunk);
        if (queuedBytes < MOST_QUEUED_BYTES / 2) tellRoom();
      });
    },
    isFull: () => queuedBytes > MOST_QUEUED_BYTES,
    room: () =>
      new Promise((resolve) => {
        tellRoom = resolve;
      }),
  };
}
