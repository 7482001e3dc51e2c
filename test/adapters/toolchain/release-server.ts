import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A mirror of releases on a free port of this machine. */
export class ReleaseServer {
  requests = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(answer: RequestListener): Promise<ReleaseServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const releases = new ReleaseServer(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => {
      releases.requests += 1;
      answer(request, response);
    });
    return releases;
  }

  /** Serves these bytes at every path. */
  static serving(content: Buffer): Promise<ReleaseServer> {
    return ReleaseServer.start((_request, response) => response.end(content));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
