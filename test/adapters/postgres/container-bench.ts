import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import {
  docker,
  startService,
  TEST_IMAGES,
  uniqueName,
  type TestContainer,
} from '../../support/docker';
import { postgresBench, type BenchServer, type PostgresBench } from './postgres-bench';

const READY = ['pg_isready', '--host=127.0.0.1'];

/** A bench whose server runs in a container of a Compose project; the engine reaches it there, without a password. */
export async function startContainerBench(): Promise<PostgresBench> {
  const project = uniqueName('postgres');
  const password = randomBytes(12).toString('base64url');
  const container = await startService({
    project,
    service: 'postgres',
    image: TEST_IMAGES.postgres,
    environment: { POSTGRES_PASSWORD: password },
    ports: [5432],
  });
  try {
    await container.ready(READY);
    const server = new ContainerServer(container, password);
    await server.findPort();
    return postgresBench(server, {
      reach: () => ({ reach: { service: 'postgres' } }),
      containers: createContainers({ docker }),
      compose: { files: [], project },
    });
  } catch (error) {
    await container.remove();
    throw error;
  }
}

class ContainerServer implements BenchServer {
  readonly host = '127.0.0.1';
  readonly user = 'postgres';
  port = 0;

  constructor(
    private readonly container: TestContainer,
    readonly password: string,
  ) {}

  async connect(database = 'postgres'): Promise<Client> {
    const { host, port, user, password } = this;
    const client = new Client({ host, port, user, password, database, application_name: 'test' });
    client.on('error', () => undefined); // killed servers are what these tests are about
    await client.connect();
    return client;
  }

  async query<Row>(sql: string, database?: string): Promise<Row[]> {
    const client = await this.connect(database);
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Resolves when it is gone: until then it counts as running, and a start would do nothing. */
  async kill9(): Promise<void> {
    const { container } = this.container;
    const gone = container.wait();
    await container.kill();
    await gone;
  }

  async restart(): Promise<void> {
    await this.container.container.start();
    await this.container.ready(READY);
    await this.findPort();
  }

  stop(): Promise<void> {
    return this.container.remove();
  }

  /** Docker publishes another one each time the container starts. */
  async findPort(): Promise<void> {
    this.port = await this.container.portOf(5432);
  }
}
