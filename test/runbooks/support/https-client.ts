import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Name of the authority that has signed the certificate, as the certificate has it. */
  readonly issuer: string;
}

/** Asks an edge on 127.0.0.1 for a site, once. `ca`: the one authority that is trusted; anybody when absent. */
export async function askHttps(
  { host, port, ca }: { readonly host: string; readonly port: number; readonly ca?: string },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpsAnswer> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const socket = connect({ host: '127.0.0.1', port, servername: host, ...trust });
  const asked = request({
    ...{ createConnection: () => socket, path, timeout: 5_000 },
    headers: { host: `${host}:${port}`, ...headers },
  });
  asked.once('timeout', () => asked.destroy(new Error('silence')));
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { issuer } = socket.getPeerCertificate();
  const body = await text(response);
  const { statusCode: status = 0 } = response;
  return { status, headers: response.headers, body, issuer: String(issuer.CN) };
}

/** Makes `cert.pem` and `key.pem` for a name in a folder. */
export async function makeCertificate(folder: string, host: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=the operator', '-addext', `subjectAltName=DNS:${host}`];
  await run('openssl', ['req', '-x509', '-days', '2', ...key, ...files, ...name]);
}

/**
 * A port of this machine behind which everything goes to a site by TLS: what speaks HTTP only is sent through an edge.
 * The site must be called `localhost`, as its clients call the port.
 */
export class TlsRelay {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<TlsRelay> {
    const relay = new TlsRelay(createServer());
    relay.server.on('connection', (client) => {
      relay.relay(client, port);
    });
    relay.server.listen(0, 'localhost');
    await once(relay.server, 'listening');
    return relay;
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private relay(client: Socket, port: number): void {
    const edge = connect({
      ...{ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false },
      ALPNProtocols: ['http/1.1'],
    });
    for (const [one, other] of [
      [client, edge],
      [edge, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  }
}
