import { randomBytes } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { Client } from 'pg';
import type { DemoDatabase } from './start-database';

const IMAGE = 'postgres:15';
const READY_MILLISECONDS = 60_000;

/** Why there is no Docker to start it with, or undefined. */
export async function whyNoDocker(): Promise<string | undefined> {
  try {
    await new Dockerode().ping();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The public image, on a port of this machine; needs a `pg_dump` of 15 or newer on the PATH. Given up at `signal` while
 * it is pulled.
 */
export async function startDockerPostgres(signal: AbortSignal): Promise<DemoDatabase> {
  const docker = new Dockerode();
  await pull(docker, signal);
  const password = randomBytes(12).toString('base64url');
  const container = await docker.createContainer({
    Image: IMAGE,
    Env: [`POSTGRES_PASSWORD=${password}`, 'POSTGRES_DB=cities'],
    Labels: { 'pawl.demo': 'true' },
    HostConfig: {
      PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
    ExposedPorts: { '5432/tcp': {} },
  });
  const stop = async (): Promise<void> => {
    await container.remove({ force: true, v: true });
  };
  try {
    const address = await startOn(container, password);
    const description = `PostgreSQL in a container (${IMAGE})`;
    return { description, ...address, connect: () => connectTo(address), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Address = Pick<DemoDatabase, 'host' | 'port' | 'user' | 'password'>;

async function startOn(container: Dockerode.Container, password: string): Promise<Address> {
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const port = Number(NetworkSettings.Ports['5432/tcp']?.[0]?.HostPort);
  const address = { host: '127.0.0.1', port, user: 'postgres', password };
  await untilAnswering(() => connectTo(address));
  return address;
}

async function connectTo(address: Address): Promise<Client> {
  const client = new Client({ ...address, database: 'cities' });
  await client.connect();
  return client;
}

async function pull(docker: Dockerode, signal: AbortSignal): Promise<void> {
  const stream = await docker.pull(IMAGE);
  addAbortSignal(signal, stream as unknown as Readable);
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
