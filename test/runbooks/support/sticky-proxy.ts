import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which the server's answers get stuck. */
export interface StickyProxy {
  readonly port: number;
  /** Resolves when that many bytes have come from the server on one connection; no more follow. */
  readonly stuck: Promise<void>;
  /** Lets everything through from now on. */
  release(): void;
  close(): Promise<void>;
}

/** Passes a server's protocol on, until so many bytes of answers have come on one connection. */
export async function startStickyProxy(port: number, bytes: number): Promise<StickyProxy> {
  const sockets = new Set<Socket>();
  let limit = bytes;
  let tellStuck = (): void => undefined;
  const stuck = new Promise<void>((resolve) => (tellStuck = resolve));
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let passed = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      passed += chunk.length;
      if (passed <= limit) return void client.write(chunk);
      upstream.pause();
      upstream.unshift(chunk);
      tellStuck();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stuck,
    release: () => {
      limit = Infinity;
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
