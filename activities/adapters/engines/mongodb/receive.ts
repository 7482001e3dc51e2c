import { PassThrough, pipeline } from 'node:stream';
import { MongoError } from 'mongodb';
import { extract } from 'tar-stream';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSink } from '../../../ports/byte-stream';
import { reasonOf, type Server } from './connect';
import { DatabaseRestore } from './database-restore';
import { EndOfArchiveCheck } from './end-of-archive-check';

/**
 * Takes a dump in, as collections beside those of `target.into`. Closes the server's client when it ends, however it ends.
 * Throws: from the stream and from `finish`: CommandFailed (cut off, no dump, refused documents) · ServiceUnavailable
 */
export function receiveDatabase(server: Server, target: RestoreTarget, attempt: Attempt): ByteSink {
  const attempted = `restoring into database ${JSON.stringify(target.into)} of ${server.place}`;
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  const check = new EndOfArchiveCheck();

  const explained = (error: unknown): unknown => {
    const known = error instanceof AdapterError || error instanceof MongoError;
    return attempt.signal.aborted || known
      ? reasonOf(attempt, error, attempted)
      : new AdapterError(
          'CommandFailed',
          `${attempted}: the dump cannot be read: ${String(error)}`,
          {},
          { cause: error },
        );
  };
  const done = (async () => {
    const restore = await DatabaseRestore.begin(server, target, attempt);
    // Not before: an entry that nobody listens for is lost. Its failures come out of the loop.
    const entries = pipeline(stream, check, extract(), () => undefined);
    for await (const entry of entries)
      await restore.take(entry.header.name, entry as unknown as AsyncIterable<Buffer>);
    check.requireSeen();
    await restore.complete();
  })();
  const ended = done
    .catch((error: unknown) => {
      const reason = explained(error);
      stream.destroy(reason as Error);
      throw reason;
    })
    .finally(async () => {
      attempt.signal.removeEventListener('abort', end);
      await server.client.close();
    });
  ended.catch(() => undefined); // told by finish()
  stream.on('error', () => undefined);

  const end = (): void => {
    stream.destroy(new Error('ended before its end'));
    void server.client.close();
  };
  attempt.signal.addEventListener('abort', end);
  return {
    stream,
    finish: () => ended,
    abort: async () => {
      end();
      await ended.catch(() => undefined);
    },
  };
}
