import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createMongodbEngine } from '../../activities/adapters/engines/mongodb/create-mongodb-engine';
import { createPostgresEngine } from '../../activities/adapters/engines/postgres/engine';
import { hostRunner } from '../../activities/adapters/process/run-command';
import type { Containers } from '../../activities/ports/containers';
import type { HostPorts } from '../../activities/ports/host-ports';
import { examineHost } from '../../activities/run/examine-host';
import type { MongodbEntry, PostgresEntry } from '../../workflows/model/stack';
import { attempt, portsInMemory } from '../activities/ports-in-memory';
import { describePostgresEntry, describeStack } from '../support/descriptions';
import { failureOf } from '../support/failure-of';
import { until } from '../support/processes';
import { SILENCE, startWireServer } from './mongodb/wire-server';
import { attemptOf } from './restic/fixtures';

/** Takes connections, and says of each chunk what `answer` makes of it. */
interface SilentServer {
  readonly port: number;
  readonly connections: () => number;
  stop(): void;
}

async function startServer(
  answer: (chunk: Buffer) => Buffer | undefined = () => undefined,
): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      const said = answer(chunk);
      if (said !== undefined) socket.write(said);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Lets anybody in, and never answers a question. Source: PostgreSQL manual, 55.7, "Message Formats" */
function letsIn(chunk: Buffer): Buffer | undefined {
  const isTlsRequest = chunk.length === 8 && chunk.readInt32BE(4) === 80_877_103;
  if (isTlsRequest) return Buffer.from('N');
  const isStartup = chunk.length > 8 && chunk.readInt32BE(4) === 196_608;
  return isStartup ? Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1') : undefined;
}

const containers = {} as Containers;
const postgres = createPostgresEngine({ hostRunner, containers });
const mongodb = createMongodbEngine({ containers });
const site = { stack: 'melvin', directory: '/', secret: () => Promise.resolve('secret') };

const postgresAt = (port: number, change: Partial<PostgresEntry> = {}): PostgresEntry =>
  describePostgresEntry({ reach: { address: { host: '127.0.0.1', port } }, user: 'a', ...change });

const mongodbAt = (port: number, name = 'documents'): MongodbEntry => ({
  name,
  engine: 'mongodb',
  reach: { address: { host: '127.0.0.1', port } },
  database: 'melvin',
});

describe('a database that takes connections and never answers', () => {
  const servers: { stop(): void | Promise<void> }[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  const silent = async (answer?: (chunk: Buffer) => Buffer | undefined) => {
    const server = await startServer(answer);
    servers.push(server);
    return server;
  };
  const silentMongodb = async () => {
    const hello = { ok: 1, ismaster: true, isWritablePrimary: true, maxWireVersion: 21 };
    const known = ['hello', 'ismaster', 'isMaster'];
    const server = await startWireServer(({ name }) => (known.includes(name) ? hello : SILENCE));
    servers.push(server);
    return server;
  };

  test.each([
    ['PostgreSQL that says nothing', undefined],
    ['PostgreSQL that lets us in', letsIn],
  ])('ends a look at a %s within its time, and its connection', async (_what, answer) => {
    const server = await silent(answer);
    const asked = attemptOf({ answerSeconds: 1 });
    const startedAt = performance.now();
    const error = await failureOf(
      postgres.observe({ site, entry: postgresAt(server.port), attempt: asked }),
    );
    expect(error.kind).toBe('ServiceUnavailable');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await until(() => (server.connections() === 0 ? true : undefined));
  });

  test('is named: which one, and how long it was silent', async () => {
    const { port } = await silent(letsIn);
    const asked = attemptOf({ answerSeconds: 1 });
    const { message } = await failureOf(
      postgres.observe({ site, entry: postgresAt(port), attempt: asked }),
    );
    expect(message).toContain(`127.0.0.1:${port}`);
    expect(message).toContain('not answered for 1 s');
  });

  test('ends a look at a MongoDB that says nothing, within its time', async () => {
    const server = await silent();
    const asked = attemptOf({ answerSeconds: 1 });
    const startedAt = performance.now();
    const error = await failureOf(
      mongodb.observe({ site, entry: mongodbAt(server.port), attempt: asked }),
    );
    expect(error.kind).toBe('ServiceUnavailable');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await until(() => (server.connections() === 0 ? true : undefined));
  });

  test('ends a look at a MongoDB that greets and then says nothing, within its time', async () => {
    const { port } = await silentMongodb();
    const asked = attemptOf({ answerSeconds: 1 });
    const startedAt = performance.now();
    const error = await failureOf(
      mongodb.observe({ site, entry: mongodbAt(port), attempt: asked }),
    );
    expect(error.kind).toBe('ServiceUnavailable');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test('is told by doctor in five seconds, however many there are', async () => {
    const ports = portsInMemory();
    const entries = [
      postgresAt((await silent()).port, { name: 'one' }),
      postgresAt((await silent(letsIn)).port, { name: 'two' }),
      mongodbAt((await silent()).port, 'three'),
      mongodbAt((await silentMongodb()).port, 'four'),
    ];
    const stack = describeStack({ protect: entries });
    const host = { ...ports, engines: { postgres, mongodb } } as unknown as HostPorts;
    const startedAt = performance.now();
    const found = await attempt(() => examineHost(host)({ stack }));
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const problems = found.filter(({ severity }) => severity === 'problem');
    expect(problems.map(({ id }) => id)).toEqual(entries.map(({ name }) => `protect.${name}`));
  });
});
