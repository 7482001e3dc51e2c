import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  startLoad,
  type Load,
  type LoadOptions,
  type LoadReport,
  type PhaseReport,
} from '../support/load';
import { until } from '../support/processes';

/** How a request other than a slow one is answered. */
type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** What the application of the test images does, in a few lines. */
const good: Behaviour = (request, response) => {
  response.setHeader('x-version', '1');
  if (request.method === 'POST') request.pipe(response);
  else response.end('1\n');
};

const FAILING: Readonly<Record<string, Behaviour>> = {
  'wrong body': (request, response) => {
    response.setHeader('x-version', '1');
    request.resume();
    response.end('something else');
  },
  'status 502': (request, response) => {
    request.resume();
    response.writeHead(502).end('of a proxy');
  },
  reset: (request) => request.socket.resetAndDestroy(),
  'cut off in the answer': (request, response) => {
    response.setHeader('x-version', '1');
    response.setHeader('content-length', 100);
    response.write('torn', () => request.socket.resetAndDestroy());
  },
  timeout: (request) => request.resume(),
};

describe('the load for releases', () => {
  const servers: Server[] = [];
  const behave = { now: good };

  afterEach(() => {
    behave.now = good;
    for (const server of servers.splice(0)) end(server);
  });

  async function serve(port = 0): Promise<{ server: Server; url: string }> {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/slow') === true) {
        response.setHeader('x-version', '1');
        setTimeout(() => response.end('1\n'), 20);
      } else behave.now(request, response);
    });
    servers.push(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  /** Until the server was asked so often. */
  async function asked(server: Server, times: number): Promise<void> {
    let seen = 0;
    server.on('request', () => (seen += 1));
    await until(() => (seen >= times ? true : undefined));
  }

  async function load(
    work: (server: Server) => Promise<void>,
    options: Partial<LoadOptions> = {},
  ): Promise<LoadReport> {
    const { server, url } = await serve();
    const running = await startLoad({ url, connections: 4, thinkMilliseconds: 5, ...options });
    try {
      await work(server);
    } finally {
      await running.stop();
    }
    return running.stop();
  }

  it('counts what is answered well, mixed as it says, on kept and on fresh connections', async () => {
    const seen = { posts: 0, all: 0, sockets: new Set<unknown>() };
    const { total } = await load(async (server) => {
      server.on('request', ({ method, socket }: IncomingMessage) => {
        seen.all += 1;
        if (method === 'POST') seen.posts += 1;
        seen.sockets.add(socket);
      });
      await asked(server, 400);
    });
    expect(total).toMatchObject({ failed: 0, byApplication: 0, reasons: {}, sent: seen.all });
    expect(total.versions).toEqual({ '1': total.ok });
    expect(seen.posts / seen.all).toBeCloseTo(0.3, 1);
    // Two connections that are kept, and one for each of the other half of the requests.
    expect(seen.sockets.size / seen.all).toBeGreaterThan(0.3);
    expect(seen.sockets.size / seen.all).toBeLessThan(0.7);
    expect(total.p50Milliseconds).toBeGreaterThan(0);
    expect(total.p99Milliseconds).toBeGreaterThanOrEqual(total.p50Milliseconds);
  });

  it.each(Object.keys(FAILING))('tells a failure by its reason: %s', async (reason) => {
    const { total } = await load(
      (server) => {
        behave.now = FAILING[reason] as Behaviour;
        return asked(server, 12);
      },
      { timeoutSeconds: reason === 'timeout' ? 0.2 : 10 },
    );
    // The slow ones are still answered, and leave a connection that is kept.
    const told = Object.keys(total.reasons).filter(
      (seen) => !seen.endsWith(' on a kept connection'),
    );
    expect(told).toEqual([reason]);
    expect(total.reasons[reason]).toBeGreaterThanOrEqual(6);
    expect(total.sent).toBe(total.ok + total.failed);
  });

  it('tells a reset of a kept connection apart', async () => {
    let requests = 0;
    const { total } = await load(
      (server) => {
        behave.now = (request, response) => {
          requests += 1;
          if (requests > 20) request.socket.resetAndDestroy();
          else good(request, response);
        };
        return asked(server, 40);
      },
      { connections: 2 },
    );
    expect(total.reasons['reset on a kept connection']).toBeGreaterThan(0);
    expect(total.reasons['reset']).toBeGreaterThan(1);
  });

  it("counts the application's own errors apart from failures", async () => {
    const { total } = await load((server) => {
      behave.now = (request, response) => {
        request.resume();
        response.writeHead(500, { 'x-version': '1' }).end('failed on purpose');
      };
      return asked(server, 20);
    });
    expect(total).toMatchObject({ failed: 0, reasons: {} });
    expect(total.byApplication).toBeGreaterThan(10);
  });

  it('tells for each phase what happened in it, and how long nobody answered', async () => {
    const { server, url } = await serve();
    const running = await startLoad({ url, connections: 4, thinkMilliseconds: 5 });
    await asked(server, 40);
    running.phase('outage');
    const closedAt = performance.now();
    end(server);
    await until(() => (performance.now() - closedAt > 600 ? true : undefined));
    const again = await serve(Number(new URL(url).port));
    await asked(again.server, 20);
    running.phase('after');
    await asked(again.server, 20);
    const { phases, total } = await running.stop();
    const [start, outage, after] = phases as [PhaseReport, PhaseReport, PhaseReport];
    expect([start.name, outage.name, after.name]).toEqual(['start', 'outage', 'after']);
    expect([start.failed, after.failed]).toEqual([0, 0]);
    expect(outage.reasons['refused']).toBeGreaterThan(1);
    expect(outage.longestGapSeconds).toBeGreaterThan(0.5);
    expect(after.longestGapSeconds).toBeLessThan(0.5);
    expect(total.longestGapSeconds).toBe(outage.longestGapSeconds);
    expect(total.sent).toBe(start.sent + outage.sent + after.sent);
  });

  it('asks nothing outside loopback', async () => {
    const refused = startLoad({ url: 'http://192.0.2.1:80' });
    await expect(refused).rejects.toThrow('loopback only, not for 192.0.2.1');
  });

  it('ends by itself, and does not report then as if it had not', async () => {
    const { server, url } = await serve();
    const running = await startLoad({ url, connections: 2, mostSeconds: 0.2 });
    let lastAskedAt = performance.now();
    server.on('request', () => (lastAskedAt = performance.now()));
    await until(() => (performance.now() - lastAskedAt > 500 ? true : undefined));
    await expect(running.stop()).rejects.toThrow('ended by itself after 0.2 s');
  });

  describe('holds connections', () => {
    const held: Duplex[] = [];
    const streams: ServerResponse[] = [];
    afterEach(() => {
      held.splice(0);
      streams.splice(0);
    });

    async function holding(work: (running: Load) => Promise<void>): Promise<LoadReport> {
      const { server, url } = await serve();
      behave.now = (request, response) => {
        if (request.url?.startsWith('/stream') === true) {
          response.write('0\n');
          held.push(request.socket);
          streams.push(response);
        } else good(request, response);
      };
      server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
        acceptWebSocket(request, socket);
        held.push(socket);
      });
      const running = await startLoad({ url, connections: 1 });
      await work(running);
      return running.stop();
    }

    it('until they are ended: a WebSocket, and a stream that is read to its end', async () => {
      const { total } = await holding(async (running) => {
        const [socket, stream] = [await running.hold('websocket'), await running.hold('stream')];
        expect([socket.isOpen(), stream.isOpen()]).toEqual([true, true]);
        for (const response of streams) response.end('end\n');
        expect(await Promise.all([socket.end(), stream.end()])).toEqual([true, true]);
        expect([socket.isOpen(), stream.isOpen()]).toEqual([false, false]);
      });
      expect(total).toMatchObject({ held: { websocket: 1, stream: 1 }, cut: {}, failed: 0 });
    });

    it('and counts those that are cut, in the phase in which they were to end', async () => {
      const { phases } = await holding(async (running) => {
        const both = [await running.hold('websocket'), await running.hold('stream')];
        for (const socket of held) socket.destroy();
        await until(() => (both.some(({ isOpen }) => isOpen()) ? undefined : true));
        running.phase('end');
        for (const one of both) expect(await one.end()).toBe(false);
      });
      const one = { websocket: 1, stream: 1 };
      expect(phases.map((phase) => [phase.held, phase.cut])).toEqual([
        [one, {}],
        [{}, one],
      ]);
    });

    it('and tells those that cannot be opened', async () => {
      const { url } = await serve();
      behave.now = (_request, response) => {
        response.writeHead(404).end();
      };
      const running = await startLoad({ url, connections: 1 });
      for (const kind of ['websocket', 'stream'] as const) {
        expect((await running.hold(kind)).isOpen()).toBe(false);
      }
      const { total } = await running.stop();
      expect(total.held).toEqual({});
      expect(total.cut).toEqual({ 'websocket not opened': 1, 'stream not opened': 1 });
    });
  });

  it('tells the share of a version in what was asked between two times', async () => {
    const { server, url } = await serve();
    const running = await startLoad({ url, connections: 4, thinkMilliseconds: 5 });
    await asked(server, 40);
    const from = Date.now();
    let turn = 0;
    behave.now = (request, response) => {
      turn += 1;
      response.setHeader('x-version', turn % 4 === 0 ? '2' : '1');
      if (request.method === 'POST') request.pipe(response);
      else response.end(turn % 4 === 0 ? '2\n' : '1\n');
    };
    await asked(server, 200);
    const { percent, answers } = running.share('2', { from, to: Date.now() });
    await running.stop();
    expect(answers).toBeGreaterThan(100);
    expect(percent).toBeGreaterThan(19);
    expect(percent).toBeLessThan(27);
  });
});

function acceptWebSocket({ headers }: IncomingMessage, socket: Duplex): void {
  const key = `${String(headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade'];
  socket.write([...lines, `sec-websocket-accept: ${accept}`, '', ''].join('\r\n'));
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}
