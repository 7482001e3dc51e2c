import { open } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';

/** `admin`: the worker that serves. `master`: the process that reloads; workers that end are reached through it. */
export type Socket = 'admin.sock' | 'master.sock';

const ANSWER_MILLISECONDS = 10_000;

/**
 * Sends one line to a socket of HAProxy's and answers with all that it says. The folder is opened first, since the path of
 * a socket may have 107 bytes only, and a state directory has what it has.
 * Throws: ServiceUnavailable (no HAProxy answers) · CredentialsRejected (not this user's socket) · the signal's reason
 */
export async function ask(
  folder: string,
  socket: Socket,
  line: string,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  try {
    const handle = await open(folder, 'r');
    try {
      const near = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
      return await exchange(join(near, socket), line, signal);
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unanswered(join(folder, socket), error);
  }
}

function exchange(path: string, line: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(path);
    const chunks: Buffer[] = [];
    const stop = (): void => void connection.destroy(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    connection.setTimeout(ANSWER_MILLISECONDS, () => {
      connection.destroy(new Error(`no answer within ${ANSWER_MILLISECONDS / 1000} s`));
    });
    connection.on('data', (chunk: Buffer) => chunks.push(chunk));
    connection.once('error', reject);
    connection.once('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    // The end says that no more commands come: without it, HAProxy's master keeps the connection open.
    connection.end(`${line}\n`);
  });
}

function unanswered(path: string, error: unknown): AdapterError {
  const { code, message } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (code === 'EACCES' || code === 'EPERM') {
    const advice = 'Is the worker run by another user than the one that made the switch?';
    const text = `This user may not use the switch at ${path}: ${message}`;
    return new AdapterError('CredentialsRejected', text, { advice }, cause);
  }
  const advice =
    "Does the switch's container run? `docker ps --filter label=pawl.role=switch` says.";
  const text = `No HAProxy answers at ${path}: ${message}`;
  return new AdapterError('ServiceUnavailable', text, { advice }, cause);
}
