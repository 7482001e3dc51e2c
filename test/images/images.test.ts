import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import {
  startContainer,
  startService,
  TEST_IMAGES,
  uniqueName,
  type TestContainer,
} from '../support/docker';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';

describeWith(['docker'], 'the images of tests', () => {
  const started: TestContainer[] = [];
  const keep = (container: TestContainer) => {
    started.push(container);
    return container;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((container) => container.remove()));
  });

  it('give an application with GNU tar, found by the labels of its Compose service', async () => {
    const project = uniqueName('project');
    const api = keep(await startService({ project, service: 'api', number: 2 }));
    const { exitCode, stdout } = await api.exec(['tar', '--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('GNU tar');
    const { Config } = await api.container.inspect();
    expect(Config.Labels).toMatchObject({
      'com.docker.compose.project': project,
      'com.docker.compose.service': 'api',
      'com.docker.compose.container-number': '2',
    });
  });

  it('give a PostgreSQL as the public image does: password by port, none by socket', async () => {
    const environment = { POSTGRES_PASSWORD: "p'w d", POSTGRES_USER: 'melvin', POSTGRES_DB: 'app' };
    const image = TEST_IMAGES.postgres;
    const server = keep(await startContainer({ image, environment, ports: [5432] }));
    await server.ready(['pg_isready', '--host=127.0.0.1']);
    const bySocket = await server.exec(['psql', '-U', 'melvin', '-Atc', 'select 41 + 1', 'app']);
    expect(bySocket).toEqual({ exitCode: 0, stdout: '42\n', stderr: '' });
    const port = await server.portOf(5432);
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'melvin',
      password: "p'w d",
      database: 'app',
    });
    await client.connect();
    await expect(client.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
    await client.end();
  });

  it('give HAProxy of Debian 12', async () => {
    const image = TEST_IMAGES.switch;
    const haproxy = keep(await startContainer({ image, command: ['-vv'] }));
    expect(await haproxy.container.wait()).toMatchObject({ StatusCode: 0 });
    const log = await haproxy.container.logs({ stdout: true, stderr: true });
    expect(log.toString()).toMatch(/HAProxy version 2\.6\./);
  });

  it('give Caddy of Debian 12', async () => {
    const image = TEST_IMAGES.edge;
    const caddy = keep(await startContainer({ image, command: ['version'] }));
    expect(await caddy.container.wait()).toMatchObject({ StatusCode: 0 });
    const log = await caddy.container.logs({ stdout: true, stderr: true });
    expect(log.toString()).toMatch(/2\.6\./);
  });

  it.each([
    [TEST_IMAGES.app1, '1'],
    [TEST_IMAGES.app2, '2'],
  ])('give an application, %s, that tells its version and migrates', async (image, version) => {
    const app = keep(await startContainer({ image, ports: [8000] }));
    const url = `http://127.0.0.1:${await app.portOf(8000)}/version`;
    const answer = await until(() =>
      fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined),
    );
    expect([answer.headers.get('x-version'), await answer.text()]).toEqual([
      version,
      `${version}\n`,
    ]);
    const migrate = (...argv: string[]) => app.exec(['node', '/app/migrate.cjs', ...argv]);
    expect((await migrate('up', '7')).exitCode).toBe(0);
    expect(await migrate('head')).toMatchObject({ exitCode: 0, stdout: '7\n' });
    expect((await migrate('fail')).exitCode).toBe(3);
    await app.container.stop();
    expect((await app.container.inspect()).State.ExitCode).toBe(0);
  });

  describeWith(['ferretdb'], 'without MongoDB', () => {
    it("give a server of MongoDB's protocol", async () => {
      const image = TEST_IMAGES.ferretdb;
      const server = keep(await startContainer({ image, ports: [27017] }));
      const port = await server.portOf(27017);
      const client = new MongoClient(`mongodb://127.0.0.1:${port}`);
      await client.db('melvin').collection('events').insertOne({ kind: 'started' });
      await expect(client.db('melvin').collection('events').countDocuments()).resolves.toBe(1);
      await client.close();
    });
  });
});
