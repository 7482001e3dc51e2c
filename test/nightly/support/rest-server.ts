import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

interface Answer {
  readonly status: number;
  readonly body?: Buffer;
  readonly json?: unknown;
}

const LIST_TYPE = 'application/vnd.x.restic.rest.v2';
const NOT_FOUND: Answer = { status: 404 };

/**
 * Serves a folder that has a repository, as restic's REST server does; or takes questions and never answers them, until it is told to.
 * Source: restic's documentation, "REST Backend", version 2
 */
export class RestServer {
  /** Questions that were never answered. */
  unanswered = 0;
  private isOpen = false;

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  static async start(folder: string): Promise<RestServer> {
    const server = createServer();
    const rest = new RestServer(server, folder);
    server.on('request', (request, response) => {
      if (!rest.isOpen) {
        rest.unanswered += 1;
        return;
      }
      void rest.answer(request).then(({ status, body, json }) => {
        const content = json === undefined ? body : Buffer.from(JSON.stringify(json));
        if (json !== undefined) response.setHeader('content-type', LIST_TYPE);
        response.writeHead(status, { 'content-length': content?.length ?? 0 });
        response.end(request.method === 'HEAD' ? undefined : content);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return rest;
  }

  get url(): string {
    return `rest:http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** For what is asked from now on. */
  open(): void {
    this.isOpen = true;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { method = '', url = '', headers } = request;
    const [kind = '', name = ''] = new URL(url, 'http://server').pathname.split('/').slice(1);
    if (kind !== 'config' && name === '') return { status: 200, json: await this.list(kind) };
    const file = this.fileOf(kind, name);
    if (method === 'POST') return write(file, await buffer(request));
    if (method === 'DELETE') {
      await rm(file, { force: true });
      return { status: 200 };
    }
    return read(file, headers.range);
  }

  private fileOf(kind: string, name: string): string {
    if (kind === 'config') return join(this.folder, 'config');
    return join(this.folder, kind, kind === 'data' ? name.slice(0, 2) : '', name);
  }

  private async list(kind: string): Promise<readonly { name: string; size: number }[]> {
    const entries = await readdir(join(this.folder, kind), {
      recursive: true,
      withFileTypes: true,
    });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'));
    return Promise.all(
      files.map(async ({ parentPath, name }) => {
        const { size } = await stat(join(parentPath, name));
        return { name, size };
      }),
    );
  }
}

async function write(file: string, content: Buffer): Promise<Answer> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.partial`, content);
  await rename(`${file}.partial`, file);
  return { status: 200 };
}

/** `range`: `bytes=0-41`, or without its end. */
async function read(file: string, range: string | undefined): Promise<Answer> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return NOT_FOUND;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, body: content };
  const end = to === undefined || to === '' ? content.length : Number(to) + 1;
  return { status: 206, body: content.subarray(Number(from), end) };
}
