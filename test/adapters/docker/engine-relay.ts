import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket that leads to the engine until it is stopped or cut. */
export async function startRelay() {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-relay-'));
  const path = join(folder, 'docker.sock');
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const engine = connect('/var/run/docker.sock');
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(engine).pipe(client);
    client.on('close', () => engine.destroy());
  });
  server.listen(path);
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async (): Promise<void> => {
    cut();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    path,
    cut,
    stop,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}
