import { finished, type Readable } from 'node:stream';

/**
 * Hands on each chunk of a stream as it comes; where `take` answers with a promise, the next one waits for it. Unlike
 * `for await`, which joins what has gathered, it copies nothing.
 * Throws: what the stream fails with · what `take` rejects with
 */
export function flow(
  stream: Readable,
  take: (chunk: Buffer) => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    finished(stream, { writable: false }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    stream.on('data', (chunk: Buffer) => {
      const wait = take(chunk);
      if (wait === undefined) return;
      stream.pause();
      wait.then(() => stream.resume(), reject);
    });
  });
}
