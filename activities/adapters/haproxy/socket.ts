import { open } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { AdapterError } from '../../adapter-error';

const ANSWER_MILLISECONDS = 5_000;

/**
 * Sends one line to a socket of HAProxy's and answers with all that it says. The folder is opened first, since the path of
 * a socket may have 107 bytes only, and a state directory has what it has.
 * Throws: ServiceUnavailable (no HAProxy answers) · the signal's reason
 */
export async function ask(
  folder: string,
  socket: 'admin.sock' | 'master.sock',
  line: string,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const handle = await open(folder, 'r').catch((error: unknown) => {
    throw unavailable(folder, error);
  });
  try {
    const near = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
    return await exchange(join(near, socket), line, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(folder, error);
  } finally {
    await handle.close();
  }
}

function exchange(path: string, line: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(path);
    const chunks: Buffer[] = [];
    const stop = (): void => void connection.destroy(signal.reason as Error);
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
    connection.write(`${line}\n`);
  });
}

function unavailable(folder: string, cause: unknown): AdapterError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AdapterError(
    'ServiceUnavailable',
    `no HAProxy answers in ${folder}: ${reason}`,
    { advice: 'Does the container of the switch run? `docker ps` and `docker logs` say.' },
    { cause },
  );
}
