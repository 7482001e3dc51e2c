import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import { serviceContainer } from '../../../activities/adapters/docker/service-containers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Site } from '../../../activities/ports/site';
import { findProgram } from '../../../toolchain/find-program';
import { docker, TEST_IMAGES, uniqueName } from '../../support/docker';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';
import { testLabels } from '../../support/run-labels';

/** One that has asked nothing yet. */
const freshCompose = (runner = hostRunner) =>
  createCompose({
    program: async () => (await findProgram('compose')).path,
    runner,
    services: createServiceContainers({ docker }),
  });
const compose = freshCompose();
const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

describeWith(['docker', 'compose'], 'Compose', () => {
  let folder: string;
  let site: Site;
  let file: string;
  const SECRET = randomBytes(8).toString('hex');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-compose-'));
    site = { stack: 'melvin', directory: folder, secret: () => Promise.reject(new Error('none')) };
    file = join(folder, 'release.yaml');
    await writeFile(join(folder, '.env'), `PASSWORD=${SECRET}\nTAG=bookworm\n`);
    await describeProject({});
  });

  afterEach(async () => {
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true });
    const label = [`com.docker.compose.project=${project()}`];
    for (const { Id } of await docker.listNetworks({ filters: { label } })) {
      await docker.getNetwork(Id).remove();
    }
    await rm(folder, { recursive: true });
  });

  const project = (): string => basename(folder).toLowerCase();
  const service = (change: object = {}): object => ({
    ...{ image: TEST_IMAGES.base, command: ['sleep', '600'], init: true, labels: testLabels() },
    ...{ environment: { PASSWORD: '${PASSWORD}' }, stop_grace_period: '1s', ...change },
  });

  /** The project's own file, and a release's with the same content. */
  async function describeProject(api: object, others: object = {}): Promise<void> {
    const model = {
      services: { api: service(api), db: service(), ...others },
      networks: { default: { labels: testLabels() } },
    };
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(model));
    await writeFile(file, JSON.stringify({ name: project(), ...model }));
  }

  async function containers(named?: string) {
    const of = named === undefined ? [] : [`com.docker.compose.service=${named}`];
    const label = [`com.docker.compose.project=${project()}`, ...of];
    return docker.listContainers({ all: true, filters: { label } });
  }

  it('starts what it is told and nothing else, once, with the variables of now', async () => {
    await compose.up({ site, file, services: ['api'], attempt });
    const [first] = await containers();
    await compose.up({ site, file, services: ['api'], attempt });
    expect((await containers()).map(({ Id }) => Id)).toEqual([first?.Id]);
    const { Config } = await docker.getContainer(first?.Id ?? '').inspect();
    expect(Config.Env).toContain(`PASSWORD=${SECRET}`);
  });

  it('is the same project as plain Compose’s', async () => {
    const { path } = await findProgram('compose');
    await hostRunner.run([path, 'up', '-d', 'api'], { cwd: folder });
    const [before] = await containers('api');
    await compose.up({ site, file, services: ['api'], attempt });
    expect((await containers('api')).map(({ Id }) => Id)).toEqual([before?.Id]);
  });

  it('tells what it would make anew, of a file and of a text, with the variables of now', async () => {
    const own = join(folder, 'own.env');
    await writeFile(own, 'TOKEN="a$$b"\n');
    await describeProject({ profiles: ['own'], env_file: './own.env' });
    await compose.up({ site, file, services: ['api', 'db'], attempt });
    const info = async (name: string) =>
      serviceContainer(await docker.getContainer((await containers(name))[0]?.Id ?? '').inspect());
    const made = new Map([
      ['api', (await info('api')).madeOf],
      ['db', (await info('db')).madeOf],
    ]);
    const text = await readFile(file, 'utf8');
    for (const release of [{ file }, { text }]) {
      expect(await compose.hashes({ site, release, services: ['api', 'db'], attempt })).toEqual(
        made,
      );
    }
    const alone = { site, release: { file }, services: ['db'], attempt };
    expect((await freshCompose().hashes(alone)).get('db')).toBe(made.get('db'));
    await writeFile(own, 'TOKEN=other\n');
    expect(
      (await compose.hashes({ site, release: { file }, services: ['api'], attempt })).get('api'),
    ).not.toBe(made.get('api'));
    await writeFile(own, 'TOKEN="a$$b"\n');
    await writeFile(join(folder, '.env'), 'PASSWORD=another\n');
    const hashes = await compose.hashes({ site, release: { file }, services: ['api'], attempt });
    expect([...hashes.keys()]).toEqual(['api']);
    expect(hashes.get('api')).not.toBe(made.get('api'));
    const unknown = await failureOf(
      compose.hashes({ site, release: { file }, services: ['none'], attempt }),
    );
    expect(unknown.kind).toBe('PreconditionFailed');
  });

  it('is not started for a service that is so already, by the hash that was asked for', async () => {
    let starts = 0;
    const counting: typeof hostRunner = {
      ...hostRunner,
      run: (argv, options) => {
        if (argv.includes('up')) starts += 1;
        return hostRunner.run(argv, options);
      },
    };
    const counted = freshCompose(counting);
    const { Id: image } = await docker.getImage(TEST_IMAGES.base).inspect();
    await describeProject({ image, networks: { default: null } });
    const up = async () => {
      await counted.up({ site, file, services: ['api'], attempt });
      const [found] = await containers('api');
      return [starts, found?.State, Object.keys(found?.NetworkSettings.Networks ?? {}).length];
    };
    expect(await up()).toEqual([1, 'running', 1]);
    await counted.hashes({ site, release: { file }, services: ['api'], attempt });
    expect(await up()).toEqual([1, 'running', 1]);
    const [{ Id } = { Id: '' }] = await containers('api');
    await docker.getNetwork(`${project()}_default`).disconnect({ Container: Id, Force: true });
    expect(await up()).toEqual([2, 'running', 1]);
    await docker.getContainer((await containers('api'))[0]?.Id ?? '').stop({ t: 0 });
    expect(await up()).toEqual([3, 'running', 1]);
    await writeFile(join(folder, '.env'), 'PASSWORD=another\n');
    expect(await up()).toEqual([4, 'running', 1]);
  });

  it('comes to the same end when it was killed in the middle', async () => {
    await compose.up({ site, file, services: ['api'], attempt });
    for (const milliseconds of [30, 120, 300, 600]) {
      await describeProject({ environment: { N: String(milliseconds) } });
      const signal = AbortSignal.timeout(milliseconds);
      await compose
        .up({ site, file, services: ['api'], attempt: { ...attempt, signal } })
        .catch(() => undefined);
      await compose.up({ site, file, services: ['api'], attempt });
      const found = await containers('api');
      expect(found.map(({ State, Names }) => [State, Names])).toEqual([
        ['running', [expect.stringContaining(`${project()}-api-1`)]],
      ]);
      const { Config } = await docker.getContainer(found[0]?.Id ?? '').inspect();
      expect(Config.Env).toContain(`N=${milliseconds}`);
    }
  });

  it('runs a command in one container, however often it is started, and takes hostile words as data', async () => {
    const name = uniqueName('once');
    const oneOff = {
      ...{ service: 'api', name, labels: { 'pawl.run': 'melvin/1' } },
      command: ['echo', '$HOME; rm -rf "x" 🙂', '--rm'],
    };
    await compose.runDetached({ site, file, oneOff, attempt });
    await compose.runDetached({ site, file, oneOff, attempt });
    const found = await containers('api');
    expect(found).toHaveLength(1);
    expect(found[0]?.Labels['pawl.run']).toBe('melvin/1');
    const container = docker.getContainer(name);
    await container.wait();
    const printed = await container.logs({ stdout: true });
    expect(printed.toString()).toContain('$HOME; rm -rf "x" 🙂 --rm');
  });

  describe('says what is wrong', () => {
    it('with a file that Compose refuses, before anything is done', async () => {
      await describeProject({ imagee: 'x' });
      const failure = await failureOf(compose.model(site, attempt));
      expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
      expect(failure.message).toContain('imagee');
    });

    it('with an engine that is away', async () => {
      const before = process.env['DOCKER_HOST'];
      process.env['DOCKER_HOST'] = `unix://${join(folder, 'nobody.sock')}`;
      try {
        const failure = await failureOf(compose.up({ site, file, services: ['api'], attempt }));
        expect(failure).toMatchObject({ kind: 'ServiceUnavailable' });
      } finally {
        if (before === undefined) delete process.env['DOCKER_HOST'];
        else process.env['DOCKER_HOST'] = before;
      }
    });
  });
});
