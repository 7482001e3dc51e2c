import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a channel's server answers. */
export type Answer = 'takes' | 'refuses' | 'forbids' | 'is busy' | 'is silent' | 'redirects';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpChannel {
  readonly url: string;
  readonly received: readonly Received[];
  answer: Answer;
  stop(): Promise<void>;
}

const STATUS: Partial<Record<Answer, number>> = {
  takes: 200,
  refuses: 404,
  forbids: 403,
  'is busy': 503,
};

/** A server of a channel on loopback, which keeps what it gets, and tells in its answers what it was asked. */
export async function startHttpChannel(): Promise<HttpChannel> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      respond(response, request.url ?? '', JSON.stringify(request.headers));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const channel: HttpChannel = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: 'takes',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const respond = (response: ServerResponse, path: string, headers: string): void => {
    if (channel.answer === 'is silent') return;
    if (channel.answer === 'redirects') {
      response.writeHead(307, { location: path }).end();
      return;
    }
    response
      .writeHead(STATUS[channel.answer] ?? 200)
      .end(`I was asked for ${path} with ${headers}\n`);
  };
  return channel;
}
