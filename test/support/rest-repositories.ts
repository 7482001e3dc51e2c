import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const LIST_TYPE = 'application/vnd.x.restic.rest.v2';

/** What a server does in place of its work: an HTTP status, or the end of the connection. */
export type Fault = number | 'cut';

/**
 * restic's REST protocol in memory: a repository on another machine, which can be stopped, started again with what it has,
 * cut off in the middle, and made to refuse. Append-only, as `rclone serve restic --append-only`: only locks can be deleted.
 * Source: restic manual, "REST Backend"
 */
export class RestRepositories {
  /** `/name/data/0123…` → content. */
  readonly files = new Map<string, Buffer>();
  /** Asked before each request. */
  fault: (request: IncomingMessage) => Fault | undefined = () => undefined;
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<RestRepositories> {
    const rest = new RestRepositories();
    await rest.start();
    return rest;
  }

  /** On the port that it had before, if any. */
  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => request.socket.destroy());
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  /** Of a repository of this name. */
  url(name: string): string {
    return `rest:http://127.0.0.1:${this.port}/${name}/`;
  }

  /** How many files of a kind a repository has. */
  count(name: string, kind: 'data' | 'snapshots' | 'locks'): number {
    return [...this.files.keys()].filter((file) => file.startsWith(`/${name}/${kind}/`)).length;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/' } = request;
    const path = new URL(url, 'http://localhost').pathname;
    const fault = this.fault(request);
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    const body = method === 'POST' ? await buffer(request) : Buffer.alloc(0);
    if (fault !== undefined) response.writeHead(fault).end();
    else if (method === 'POST') this.store(path, body, response);
    else if (method === 'DELETE') this.remove(path, response);
    else if (path.endsWith('/')) this.list(path, response);
    else this.read(request, path, response);
  }

  private store(path: string, body: Buffer, response: ServerResponse): void {
    // `?create=true`: folders are not needed here.
    if (path.endsWith('/')) response.writeHead(200).end();
    else if (this.files.has(path)) response.writeHead(403).end();
    else {
      this.files.set(path, body);
      response.writeHead(200).end();
    }
  }

  private remove(path: string, response: ServerResponse): void {
    const isLock = path.includes('/locks/');
    if (isLock) this.files.delete(path);
    response.writeHead(isLock ? 200 : 403).end();
  }

  private list(path: string, response: ServerResponse): void {
    const found = [...this.files].filter(([file]) => file.startsWith(path));
    const names = found.map(([file, { length }]) => ({
      name: file.slice(path.length),
      size: length,
    }));
    response.writeHead(200, { 'content-type': LIST_TYPE }).end(JSON.stringify(names));
  }

  private read(request: IncomingMessage, path: string, response: ServerResponse): void {
    const content = this.files.get(path);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const part =
      from === undefined
        ? content
        : content.subarray(Number(from), to ? Number(to) + 1 : content.length);
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length });
    response.end(request.method === 'HEAD' ? undefined : part);
  }
}
