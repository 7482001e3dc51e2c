import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createProber } from '../../../activities/adapters/http/create-prober';

const prober = createProber();
const { signal } = new AbortController();

describe('a probe', () => {
  const servers: Server[] = [];
  const requests: { url: string; headers: Record<string, unknown> }[] = [];

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer((request, response) => {
      requests.push({ url: request.url ?? '', headers: request.headers });
      answer(request, response);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    requests.length = 0;
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each([200, 204, 404, 503])('tells status %d and how long it took', async (status) => {
    const url = await serve((_request, response) => {
      setTimeout(() => response.writeHead(status).end(), 30);
    });
    const answer = await prober.get(`${url}/healthz?deep=1`, 5_000, signal);
    expect(answer).toEqual({ status, milliseconds: expect.any(Number) as number });
    expect(answer.milliseconds).toBeGreaterThan(25);
    expect(answer.milliseconds).toBeLessThan(5_000);
    expect(requests).toMatchObject([
      { url: '/healthz?deep=1', headers: { connection: 'close', 'user-agent': 'pawl' } },
    ]);
  });

  it('does not follow a redirect', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await prober.get(`${url}/`, 5_000, signal)).toMatchObject({ status: 302 });
    expect(requests).toHaveLength(1);
  });

  it('says that nobody listens', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const answer = await prober.get(url, 5_000, signal);
    expect(answer).toMatchObject({ status: 0 });
    expect(answer.reason).toContain('ECONNREFUSED');
  });

  it.each([
    ['never answers', () => undefined],
    [
      'sends its headers and hangs',
      (_request, response) => void response.writeHead(200).write('begun'),
    ],
  ] as [string, RequestListener][])('gives up on one that %s', async (_title, listener) => {
    const url = await serve(listener);
    const answer = await prober.get(url, 300, signal);
    expect(answer).toMatchObject({ status: 0, reason: 'no answer within 300 ms' });
    expect(answer.milliseconds).toBeLessThan(3_000);
  });

  it('reads no more than the beginning of a body without end', async () => {
    let written = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve((_request, response) => {
      closed = once(response, 'close');
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
      };
      response.on('drain', write);
      write();
    });
    expect(await prober.get(url, 10_000, signal)).toMatchObject({ status: 200 });
    await closed;
    // What the kernel's buffers take is written, and not read.
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['breaks off in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['does not speak HTTP', '220 mail.example ESMTP\r\n'],
    ['closes without a word', ''],
  ])('takes no answer from one that %s', async (_title, bytes) => {
    const server = createTcpServer((socket) => {
      socket.once('data', () => socket.end(bytes)).on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await prober.get(`http://127.0.0.1:${port}/`, 5_000, signal);
    server.close();
    expect(answer.status).toBe(0);
    expect(answer.reason).toBeTruthy();
  });

  it('rejects with the reason when it is aborted, before or in the middle', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const url = await serve(() => {
      controller.abort(reason);
    });
    await expect(prober.get(url, 5_000, controller.signal)).rejects.toBe(reason);
    await expect(prober.get(url, 5_000, controller.signal)).rejects.toBe(reason);
    expect(requests).toHaveLength(1);
  });

  it('refuses what is not an HTTP address', async () => {
    const kind = 'PreconditionFailed';
    await expect(prober.get('ftp://host/', 100, signal)).rejects.toMatchObject({ kind });
    await expect(prober.get('/healthz', 100, signal)).rejects.toMatchObject({ kind });
  });
});
