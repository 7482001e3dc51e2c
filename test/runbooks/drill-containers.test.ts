import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { unlessMissing } from '../../activities/adapters/docker/docker-status';
import type { DrillOutcome } from '../../workflows/model/drill';
import { LABELS } from '../../workflows/model/labels';
import {
  docker,
  startService,
  TEST_IMAGES,
  uniqueName,
  type TestContainer,
} from '../support/docker';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { storeAltered } from './support/alter-manifest';
import { ProtectedStack } from './support/protected-stack';

describeWith(['temporal', 'restic', 'docker'], 'a drill of services', () => {
  const project = uniqueName('drill');
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;
  let pointId: string;
  const services: TestContainer[] = [];

  beforeAll(async () => {
    const [database, documents, files] = await Promise.all([
      startService({
        ...{ project, service: 'db', image: TEST_IMAGES.postgres },
        environment: { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'hush-hush', POSTGRES_DB: 'shop' },
      }),
      startService({ project, service: 'documents', image: TEST_IMAGES.ferretdb, ports: [27_017] }),
      startService({ project, service: 'web', image: TEST_IMAGES.base }),
    ]);
    services.push(database, documents, files);
    pawl = await startPawl();
    await database.ready(['pg_isready', '-h', '127.0.0.1', '-U', 'app', '-d', 'shop'], 60);
    const made = await database.exec(['psql', '-U', 'app', 'shop', '-c', SHOP]);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    await files.exec([
      'sh',
      '-c',
      'mkdir -p /srv/data/sub && echo one > /srv/data/sub/one && chown -R 33 /srv/data',
    ]);
    const client = new MongoClient(`mongodb://127.0.0.1:${await documents.portOf(27_017)}/`, {
      directConnection: true,
    });
    await until(
      () =>
        client.connect().then(
          () => true as const,
          () => undefined,
        ),
      30,
    );
    await client
      .db('wiki')
      .collection<{ _id: number; text: string }>('pages')
      .insertMany([
        { _id: 1, text: 'one' },
        { _id: 2, text: 'two' },
      ]);
    await client.close();
    stack = await ProtectedStack.create(pawl, {
      protect: {
        shop: { engine: 'postgres', service: 'db', database: 'shop', user: 'app' },
        plain: { engine: 'postgres', service: 'db', database: 'postgres', user: 'app' },
        wiki: { engine: 'mongodb', service: 'documents', database: 'wiki' },
        data: { engine: 'files', service: 'web', path: '/srv/data' },
      },
      more: {
        compose: { project },
        drill: { assert: [{ sql: { part: 'shop', query: 'select count(*) = 1000 from orders' } }] },
      },
    });
    pointId = (await stack.mustBackUp()).id;
  });

  afterAll(async () => {
    await pawl.stop();
    await Promise.all(services.map((service) => service.remove()));
  });

  /** All that is marked as a drill's, of whichever run. */
  async function scratch(): Promise<readonly string[]> {
    const filters = { label: [LABELS.drill, `${LABELS.stack}=${stack.name}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }

  it('proves databases in containers of their own images, without a way out, and leaves nothing', async () => {
    const ended = await stack.follow('drill');
    const outcome = ended.outcome as DrillOutcome | undefined;
    if (outcome?.proof !== 'passed') throw new Error(`${ended.stdout}${ended.stderr}`);
    expect(outcome.results.map(({ part, gate }) => `${part} ${gate}`)).toEqual([
      ...['fetch', 'restore', 'content'].map((gate) => `data ${gate}`),
      ...['shop', 'plain'].flatMap((part) =>
        ['fetch', 'parse', 'restore', 'structure', 'content', 'engine'].map(
          (gate) => `${part} ${gate}`,
        ),
      ),
      ...['fetch', 'restore', 'content', 'engine'].map((gate) => `wiki ${gate}`),
      'shop assertion',
    ]);
    expect(await scratch()).toEqual([]);
  });

  it('goes on after its worker was killed, beside a backup, and leaves nothing', async () => {
    const run = await stack.submit('drill');
    await until(async () => ((await scratch()).length > 1 ? true : undefined), 60);
    await pawl.killWorker9();
    await delay(500);
    await pawl.startWorker();
    expect((await stack.backup()).code).toBe(0);
    expect(await stack.watch(run)).toMatchObject({ code: 0, outcome: { proof: 'passed' } });
    expect(await scratch()).toEqual([]);
  });

  it('finds a collection that is missing', async () => {
    const renamed = await storeAltered(stack, pointId, (content) =>
      content.name === 'pages' ? { ...content, name: 'lost' } : content,
    );
    const ended = await stack.follow('drill', `--point=${renamed}`, '--part=wiki');
    expect(ended).toMatchObject({ code: 8, outcome: { proof: 'failed' } });
    expect((ended.outcome as DrillOutcome).results.at(-1)).toMatchObject({
      ...{ gate: 'content', part: 'wiki', passed: false },
      detail: expect.stringContaining('lost') as string,
    });
  });

  it('has no way out and no published port, and leaves nothing when it is cancelled', async () => {
    const run = await stack.submit('drill');
    // An attempt that is tried again makes another one of its name.
    const { HostConfig } = await until(async () => {
      const [first] = (await scratch()).filter((name) => name.startsWith('/'));
      return first === undefined ? undefined : inspected(first.slice(1));
    }, 60);
    expect(HostConfig.PortBindings ?? {}).toEqual({});
    expect(HostConfig.Memory).toBeGreaterThan(0);
    const network = docker.getNetwork(HostConfig.NetworkMode ?? '');
    expect(await network.inspect()).toMatchObject({ Internal: true });
    await stack.cli('cancel', run);
    expect(await stack.watch(run)).toMatchObject({ code: 5 });
    expect(await scratch()).toEqual([]);
  });
});

/** Undefined where it is gone. */
function inspected(container: string) {
  return docker.getContainer(container).inspect().catch(unlessMissing);
}

const SHOP = `
  create role reporting;
  create table orders (id integer primary key, what text not null);
  insert into orders select i, md5(i::text) from generate_series(1, 1000) i;
  grant select on orders to reporting;`;
