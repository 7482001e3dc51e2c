import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Passes a server's protocol on until the server has carried out `count` commands with this name; then cuts every
 * connection, before the last answer comes back: the client cannot know whether it was done.
 */
export async function startCuttingProxy(
  port: number,
  command: string,
  count: number,
): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let left = count;
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', cutPair);
    }
    function cutPair(): void {
      client.destroy();
      upstream.destroy();
    }
    let dropsAnswer = false;
    client.on('data', (bytes) => {
      if (bytes.includes(`\x02${command}\0`)) dropsAnswer = --left === 0;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (dropsAnswer) cut();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      cut();
      await Promise.resolve();
    },
  };
}
