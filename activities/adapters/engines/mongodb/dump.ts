import { Readable } from 'node:stream';
import type { Part, PartFacts } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSource } from '../../../ports/byte-stream';
import { reasonOf, type Server } from './connect';
import { DatabaseDump } from './database-dump';

/**
 * Dumps a database as a tar archive in mongodump's layout. Closes the server's client when it ends, however it ends.
 * Throws: from the stream and from `finish`: ServiceUnavailable (connection lost) · CommandFailed (collections were
 * dropped or renamed meanwhile, cursor lost) · PreconditionFailed (no room to spool)
 */
export function dumpDatabase(
  server: Server,
  part: Part,
  attempt: Attempt,
  spoolDirectory: string,
): ByteSource {
  const outcome = new Outcome();
  const dump = new DatabaseDump(server, part.source, attempt, spoolDirectory);
  const attempted = `dumping database ${JSON.stringify(part.source)} from ${server.place}`;
  async function* bytes(): AsyncGenerator<Buffer> {
    try {
      outcome.resolve(yield* dump.archive());
    } catch (error) {
      const reason = reasonOf(attempt, error, attempted);
      outcome.reject(reason);
      throw reason;
    } finally {
      await end(`${attempted}: ended before its end`);
    }
  }
  const stream = Readable.from(bytes(), { objectMode: false, highWaterMark: 1024 * 1024 });
  // The failure is told by finish(); a stream without another listener must not end the worker.
  stream.on('error', () => undefined);

  const end = async (why: string): Promise<void> => {
    attempt.signal.removeEventListener('abort', onAbort);
    outcome.reject(new AdapterError('CommandFailed', why));
    await server.client.close();
    await dump.close();
  };
  const onAbort = (): void => {
    outcome.reject(attempt.signal.reason);
    stream.destroy(attempt.signal.reason as Error);
    void end('cancelled');
  };
  attempt.signal.addEventListener('abort', onAbort);
  return {
    stream,
    finish: () => outcome.promise,
    abort: async () => {
      stream.destroy();
      await end(`${attempted}: aborted`);
    },
  };
}

/** Settled once; whoever is first decides. */
class Outcome {
  resolve!: (facts: PartFacts) => void;
  reject!: (reason: unknown) => void;
  readonly promise = new Promise<PartFacts>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => undefined); // told by finish(), if anybody asks
  }
}
