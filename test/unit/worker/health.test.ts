import { pino } from 'pino';
import { startHealthServer, type HealthServer } from '../../../worker/health';

const logger = pino({ level: 'silent' });
const ready = { ready: true, temporal: 'reachable', workers: { pawl: 'RUNNING' } };

describe('health checks', () => {
  const servers: HealthServer[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.stop();
  });

  async function start(
    wanted: Parameters<typeof startHealthServer>[0],
    readiness = () => Promise.resolve(ready),
  ): Promise<HealthServer> {
    const server = await startHealthServer(wanted, readiness, logger);
    servers.push(server);
    return server;
  }

  it('answer 200 when ready, 503 with the reason when not, 404 elsewhere', async () => {
    let state = ready;
    const { address } = await start({ host: '127.0.0.1', port: 0 }, () => Promise.resolve(state));
    const get = (path: string): Promise<Response> => fetch(`http://${address ?? ''}${path}`);
    expect((await get('/readyz')).status).toBe(200);
    state = { ...ready, ready: false, temporal: 'waiting' };
    const response = await get('/readyz?verbose');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ temporal: 'waiting' });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(404);
  });

  it('go to another port when the default one is taken, so that two checkouts can run', async () => {
    const [first, second] = [await start(undefined), await start(undefined)];
    expect(first.address).not.toBe(second.address);
  });

  it('name the flag when the port that was asked for is taken', async () => {
    const { address = '' } = await start({ host: '127.0.0.1', port: 0 });
    const port = Number(address.split(':')[1]);
    await expect(start({ host: '127.0.0.1', port })).rejects.toThrow(
      `--health-address: ${address} is taken by another process`,
    );
  });

  it('are not served when none are wanted', async () => {
    expect((await start('none')).address).toBeUndefined();
  });
});
