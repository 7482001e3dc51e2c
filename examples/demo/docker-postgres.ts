import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { Client } from 'pg';
import type { DemoDatabase } from './start-database';

const IMAGE = 'postgres:15';
const READY_MILLISECONDS = 60_000;

/** The public image, on a port of this machine; needs a `pg_dump` of 15 or newer on the PATH. */
export async function startDockerPostgres(): Promise<DemoDatabase> {
  const docker = new Dockerode();
  await pull(docker);
  const password = randomBytes(12).toString('base64url');
  const container = await docker.createContainer({
    Image: IMAGE,
    Env: [`POSTGRES_PASSWORD=${password}`, 'POSTGRES_DB=cities'],
    Labels: { 'pawl.demo': 'true' },
    HostConfig: {
      AutoRemove: true,
      PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
    ExposedPorts: { '5432/tcp': {} },
  });
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const port = Number(NetworkSettings.Ports['5432/tcp']?.[0]?.HostPort);
  const address = { host: '127.0.0.1', port, user: 'postgres', password };
  const connect = async (): Promise<Client> => {
    const client = new Client({ ...address, database: 'cities' });
    await client.connect();
    return client;
  };
  await untilAnswering(connect);
  const stop = async (): Promise<void> => {
    await container.stop({ t: 1 });
  };
  return { description: `PostgreSQL in a container (${IMAGE})`, ...address, connect, stop };
}

async function pull(docker: Dockerode): Promise<void> {
  const stream = await docker.pull(IMAGE);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

async function untilAnswering(connect: () => Promise<Client>): Promise<void> {
  const deadline = performance.now() + READY_MILLISECONDS;
  for (;;) {
    try {
      const client = await connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
