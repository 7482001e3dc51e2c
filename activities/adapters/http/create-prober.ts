import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AdapterError } from '../../ports/adapter-error';
import type { Prober } from '../../ports/prober';

type Answer = Awaited<ReturnType<Prober['get']>>;

/** More of an answer tells nothing that its beginning does not. */
const BODY_BYTES = 64 * 1024;

/** `Prober` by Node's own client: a connection of its own for each question, no proxy, no redirects. */
export function createProber(): Prober {
  return { get };
}

/**
 * The time is that of the whole answer, the first 64 KiB of its body included: a service that sends its headers and then
 * hangs has not answered.
 */
async function get(url: string, timeoutMilliseconds: number, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const request = prepare(url);
  const begin = performance.now();
  const tooLate = `no answer within ${timeoutMilliseconds} ms`;
  const timer = setTimeout(() => request.destroy(new Error(tooLate)), timeoutMilliseconds);
  const stop = (): void => void request.destroy(new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const status = await statusOf(request);
    return { status, milliseconds: performance.now() - begin };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 0, milliseconds: performance.now() - begin, reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    request.destroy();
  }
}

function prepare(url: string): ClientRequest {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  const options = { agent: false, headers: { 'user-agent': 'pawl' } } as const;
  if (protocol === 'http:') return requestHttp(url, options);
  if (protocol === 'https:') return requestHttps(url, options);
  throw new AdapterError('PreconditionFailed', `${url} is not an HTTP address`);
}

async function statusOf(request: ClientRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    // Stays: what ends the connection when the status is known comes as an error too, and nobody waits for that.
    request.on('error', reject);
    request.once('response', (response) => {
      response.on('error', reject);
      onBody(response, () => {
        resolve(response.statusCode ?? 0);
      });
    });
    request.end();
  });
}

/** Calls when the body has ended, or was read as far as it is read. A broken one comes as an error. */
function onBody(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) done();
  });
  response.once('end', done);
}

/** `connect ECONNREFUSED 127.0.0.1:8000`; of a name with several addresses Node's message is empty. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError) {
    return (error.errors as Error[]).map((each) => each.message).join(', ');
  }
  return message || code || 'no answer';
}
