import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A connection that lives long: an echoing WebSocket that also tells a number each second, or a stream of 30 s. */
export type HeldKind = 'websocket' | 'stream';

interface Watcher {
  opened(kind: HeldKind): void;
  cut(how: string): void;
}

const STREAM_SECONDS = 30;
const SILENCE_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 500;

/** Holds one until the signal comes; when it ends, whether in time or not, another is opened. */
export async function hold(
  kind: HeldKind,
  url: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const follow = kind === 'websocket' ? followWebSocket : followStream;
  while (!signal.aborted) {
    const cut = await follow(
      url,
      () => {
        watcher.opened(kind);
      },
      signal,
    ).then(
      (whole) => (whole ? undefined : kind),
      () => `${kind} not opened`,
    );
    if (cut !== undefined && !stopped(signal)) watcher.cut(cut);
    // Ended by the signal too: that is its use.
    await sleep(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

/** A function, since the compiler takes a flag that was read for settled. */
function stopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** True when the stream came to its end. Throws: Error (it was not opened) */
async function followStream(
  url: string,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<boolean> {
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
  onOpen();
  return readsToItsEnd(response).catch(() => false);
}

async function readsToItsEnd(response: IncomingMessage): Promise<boolean> {
  response.setEncoding('utf8');
  let last = '';
  for await (const chunk of response as AsyncIterable<string>) last = (last + chunk).slice(-8);
  return last.endsWith('end\n');
}

/** Always false: only the end of the load ends a WebSocket in time. Throws: Error (it was not opened) */
async function followWebSocket(
  url: string,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<boolean> {
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
  onOpen();
  await untilClosed(socket, signal);
  return false;
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
