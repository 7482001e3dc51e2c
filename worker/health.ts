import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatAddress, type Address } from './common-settings';
import { bindFailure } from './free-port';
import type { Logger } from './logging';
import { ConfigError } from './settings';

const DEFAULT_ADDRESS: Address = { host: '127.0.0.1', port: 8234 };

/** Answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly temporal: string;
  /** State of each poller, by task queue. */
  readonly workers: Readonly<Record<string, string>>;
}

export interface HealthServer {
  /** `127.0.0.1:8234`; absent when none was wanted. */
  readonly address?: string;
  stop(): void;
}

/**
 * Serves `/healthz` (the process answers) and `/readyz` (it would take work now; 503 when not).
 * Throws: ConfigError when an address that was asked for is taken; the default gives way to any free port
 */
export async function startHealthServer(
  wanted: Address | 'none' | undefined,
  readiness: () => Promise<Readiness>,
  logger: Logger,
): Promise<HealthServer> {
  if (wanted === 'none') return { stop: () => undefined };
  const server = createServer((request, response) => {
    answer(request.url ?? '', readiness, response).catch((error: unknown) => {
      logger.error({ err: error }, 'health check failed');
      response.writeHead(500).end();
    });
  });
  const address = await listen(server, wanted, logger);
  // Not a reason to live on.
  server.unref();
  return { address, stop: () => void server.close() };
}

async function answer(
  url: string,
  readiness: () => Promise<Readiness>,
  response: ServerResponse,
): Promise<void> {
  const [path] = url.split('?');
  if (path === '/healthz') {
    reply(response, 200, { alive: true });
  } else if (path === '/readyz') {
    const state = await readiness();
    reply(response, state.ready ? 200 : 503, state);
  } else {
    reply(response, 404, { paths: ['/healthz', '/readyz'] });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function listen(
  server: Server,
  wanted: Address | undefined,
  logger: Logger,
): Promise<string> {
  const address = wanted ?? DEFAULT_ADDRESS;
  try {
    return await bind(server, address);
  } catch (error) {
    const reason = bindFailure(error, address);
    if (wanted !== undefined) throw new ConfigError(`--health-address: ${reason}`);
    const given = await bind(server, { ...address, port: 0 });
    logger.warn({ reason, address: given }, 'health checks are served at another port');
    return given;
  }
}

async function bind(server: Server, address: Address): Promise<string> {
  server.listen(address);
  await once(server, 'listening');
  return formatAddress({ host: address.host, port: (server.address() as AddressInfo).port });
}
