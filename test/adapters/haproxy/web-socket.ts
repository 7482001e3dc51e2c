import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { until } from '../../support/processes';

/** A WebSocket of short text frames. */
export async function openWebSocket(url: string) {
  const asked = request(url, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  asked.end();
  const [response, socket] = (await once(asked, 'upgrade')) as [
    { headers: Record<string, string> },
    Duplex,
  ];
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  return {
    version: response.headers['x-version'],
    /** Sends a text and waits for it to come back. */
    echo: async (word: string) => {
      const mask = randomBytes(4);
      const masked = Buffer.from(word).map((octet, at) => octet ^ (mask[at % 4] ?? 0));
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | word.length]), mask, masked]));
      await until(() => (text.includes(word) ? true : undefined), 5);
    },
    close: () => socket.destroy(),
  };
}
