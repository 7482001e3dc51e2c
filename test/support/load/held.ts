import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A connection that lives long: an echoing WebSocket that also tells a number each second, or a stream of 30 s. */
export type HeldKind = 'websocket' | 'stream';

/** One that was opened. */
export interface Held {
  /** It has not ended. */
  readonly isOpen: () => boolean;
  /** Ends it as its client would: a stream by reading it to its end. Tells whether it had lived until then. */
  readonly end: () => Promise<boolean>;
}

const STREAM_SECONDS = 30;
const SILENCE_MILLISECONDS = 5_000;

/** Opens one; the signal cuts it off. Throws: Error (it was not opened) */
export function hold(kind: HeldKind, url: string, signal: AbortSignal): Promise<Held> {
  return kind === 'websocket' ? holdWebSocket(url, signal) : holdStream(url, signal);
}

async function holdStream(url: string, signal: AbortSignal): Promise<Held> {
  const asked = request(new URL(`/stream?seconds=${STREAM_SECONDS}`, url), {
    agent: false,
    signal,
    timeout: SILENCE_MILLISECONDS,
  });
  asked.once('timeout', () => asked.destroy(new Error('silence')));
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) {
    asked.destroy();
    throw new Error(`status ${String(response.statusCode)}`);
  }
  let open = true;
  const whole = readsToItsEnd(response)
    .catch(() => false)
    .finally(() => (open = false));
  return { isOpen: () => open, end: () => whole };
}

async function readsToItsEnd(response: IncomingMessage): Promise<boolean> {
  response.setEncoding('utf8');
  let last = '';
  for await (const chunk of response as AsyncIterable<string>) last = (last + chunk).slice(-8);
  return last.endsWith('end\n');
}

async function holdWebSocket(url: string, signal: AbortSignal): Promise<Held> {
  const key = randomBytes(16).toString('base64');
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
  };
  const asked = request(new URL('/ws', url), { agent: false, headers, signal });
  asked.end();
  const [response, socket] = await upgraded(asked, signal);
  const expected = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  if (response.headers['sec-websocket-accept'] !== expected.digest('base64')) {
    socket.destroy();
    throw new Error('not the answer to this handshake');
  }
  let open = true;
  const closed = untilClosed(socket, signal).finally(() => (open = false));
  const end = async (): Promise<boolean> => {
    const lived = open;
    socket.destroy();
    await closed;
    return lived;
  };
  return { isOpen: () => open, end };
}

function upgraded(
  asked: ReturnType<typeof request>,
  signal: AbortSignal,
): Promise<[IncomingMessage, Socket]> {
  return new Promise((resolve, reject) => {
    asked.setTimeout(SILENCE_MILLISECONDS, () => asked.destroy(new Error('silence')));
    asked.once('error', reject);
    asked.once('response', (response) => {
      asked.destroy();
      reject(new Error(`status ${String(response.statusCode)}`));
    });
    asked.once('upgrade', (response, socket) => {
      if (signal.aborted) socket.destroy();
      resolve([response, socket]);
    });
  });
}

/** It tells a number each second: longer silence is an end, too. */
async function untilClosed(socket: Socket, signal: AbortSignal): Promise<void> {
  const destroy = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  socket.setTimeout(SILENCE_MILLISECONDS, destroy);
  // The frames are not looked into; `end` alone would leave the socket half open.
  socket.on('error', destroy).on('end', destroy).resume();
  await new Promise((resolve) => socket.once('close', resolve));
  signal.removeEventListener('abort', destroy);
}
