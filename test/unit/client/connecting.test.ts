import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { retriesWhile } from '../../../client/temporal/retries';
import { takesConnections } from '../../../client/temporal/takes-connections';

describe('a server', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.close();
    if (server?.listening === true) await once(server, 'close');
  });

  async function listen(met: (socket: Socket) => void): Promise<string> {
    server = createServer(met).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is there when it takes connections, whatever it says', async () => {
    const address = await listen((socket) => socket.destroy());
    expect(await takesConnections(address, 2_000)).toBe(true);
    expect(await takesConnections(address.replace('127.0.0.1', 'localhost'), 2_000)).toBe(true);
  });

  it('is not there when connections are refused', async () => {
    const address = await listen(() => undefined);
    server?.close();
    expect(await takesConnections(address, 2_000)).toBe(false);
  });

  it.each(['', 'unix:/run/x', 'no port', 'localhost', '[::1', 'a:b:c'])(
    'is not there at %j',
    async (address) => {
      expect(await takesConnections(address, 2_000)).toBe(false);
    },
  );

  it('that fails each try ends nobody who has closed the connection', async () => {
    let tries = 0;
    const address = await listen((socket) => {
      tries += 1;
      socket.destroy();
    });
    let isOpen = true;
    const connection = Connection.lazy({ address, interceptors: retriesWhile(() => isOpen) });
    const call = connection.withDeadline(Date.now() + 60_000, () =>
      connection.workflowService.getSystemInfo({}),
    );
    call.catch(() => undefined);
    while (tries < 2) await sleep(20);
    isOpen = false;
    await connection.close();
    // Longer than the client waits before its next try.
    await sleep(2_000);
  });
});
