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
import { isAlive, until } from '../../support/processes';
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
  private gone: Promise<unknown> | undefined;

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

  /**
   * Resolves when its processes are dead. The engine may count it as running until somebody has read what a program in it
   * has printed (seen with 20.10), and answers the kill no sooner.
   */
  async kill9(): Promise<void> {
    const { container } = this.container;
    const { State } = await container.inspect();
    this.gone = Promise.all([container.wait(), container.kill()]);
    await until(async () => ((await isAlive(State.Pid)) ? undefined : true));
  }

  async restart(): Promise<void> {
    // Until then a start would do nothing.
    await this.gone;
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
