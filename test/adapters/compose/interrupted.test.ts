import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type Dockerode from 'dockerode';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Site } from '../../../activities/ports/site';
import { findProgram } from '../../../toolchain/find-program';
import { renderAdopted } from '../../../workflows/release/render-release';
import { docker, TEST_IMAGES } from '../../support/docker';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';
import { testLabels } from '../../support/run-labels';

const compose = createCompose({
  program: async () => (await findProgram('compose')).path,
  runner: hostRunner,
  services: createServiceContainers({ docker }),
});
const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

describeWith(['docker', 'compose'], 'Compose that meets', () => {
  let folder: string;
  let site: Site;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-interrupted-'));
    site = { stack: 'melvin', directory: folder, secret: () => Promise.reject(new Error('none')) };
    file = join(folder, 'release.yaml');
  });

  afterEach(async () => {
    const filters = { label: [`com.docker.compose.project=${project()}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      await docker.getContainer(Id).remove({ force: true, v: true });
    }
    for (const { Id } of await docker.listNetworks({ filters })) {
      await docker.getNetwork(Id).remove();
    }
    const { Volumes } = await docker.listVolumes({ filters });
    for (const { Name } of Volumes) await docker.getVolume(Name).remove();
    await rm(folder, { recursive: true });
  });

  const project = (): string => basename(folder).toLowerCase();

  const modelOf = (change: object = {}, network: object = {}) => {
    const service = {
      ...{ image: TEST_IMAGES.base, command: ['sleep', '600'], init: true, labels: testLabels() },
      ...{ stop_grace_period: '1s', volumes: ['data:/d', '/anonymous'] },
    };
    return {
      services: { api: { ...service, ...change }, db: service },
      networks: { default: { labels: testLabels(), ...network } },
      volumes: { data: { labels: { a: '1' } } },
    };
  };

  const write = (model: object): Promise<void> =>
    writeFile(file, JSON.stringify({ name: project(), ...model }));

  async function inspect(service: string): Promise<Dockerode.ContainerInspectInfo[]> {
    const filters = { label: [`com.docker.compose.service=${service}`] };
    const all = await docker.listContainers({ all: true, filters });
    const its = all.filter(({ Names }) => Names.some((name) => name.includes(project())));
    return Promise.all(its.map(({ Id }) => docker.getContainer(Id).inspect()));
  }

  async function only(service: string): Promise<Dockerode.ContainerInspectInfo> {
    const [one, ...more] = await inspect(service);
    expect(more).toEqual([]);
    if (one === undefined) throw new Error(`no container of ${service}`);
    return one;
  }

  const anonymousVolume = ({ Mounts }: Dockerode.ContainerInspectInfo): string | undefined =>
    Mounts.find(({ Destination }) => Destination === '/anonymous')?.Name;

  it('a container that was not renamed gives it its name, and keeps its volumes', async () => {
    await write(modelOf());
    await compose.up({ site, file, services: ['api'], attempt });
    const before = await only('api');
    const name = before.Name.slice(1);
    await docker.getContainer(before.Id).rename({ name: `0123456789ab_${name}` });
    await compose.up({ site, file, services: ['api'], attempt });
    const after = await only('api');
    expect([after.Name, after.State.Status]).toEqual([`/${name}`, 'running']);
    expect(anonymousVolume(after)).toBe(anonymousVolume(before));
    await compose.up({ site, file, services: ['api'], attempt });
    expect((await only('api')).Id).toBe(after.Id);
  });

  it('a successor that was made and not started ends with one container of the new kind', async () => {
    await write(modelOf());
    await compose.up({ site, file, services: ['api'], attempt });
    const { Id, Name, Config } = await only('api');
    await docker.createContainer({ ...Config, name: `${Id.slice(0, 12)}_${Name.slice(1)}` });
    await write(modelOf({ environment: { A: '1' } }));
    await compose.up({ site, file, services: ['api'], attempt });
    const after = await only('api');
    expect([after.Name, after.State.Status]).toEqual([Name, 'running']);
    expect(after.Config.Env).toContain('A=1');
  });

  it('its own project as the model has it leaves containers, network and volume alone', async () => {
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(modelOf()));
    await hostRunner.run([(await findProgram('compose')).path, 'up', '-d'], { cwd: folder });
    const before = await only('db');
    const image = { reference: TEST_IMAGES.base, pinned: before.Image, id: before.Image };
    const adopted = renderAdopted(await compose.model(site, attempt), [{ service: 'api', image }]);
    await writeFile(file, JSON.stringify(adopted));
    await compose.up({ site, file, services: ['api', 'db'], attempt });
    expect((await only('db')).Id).toBe(before.Id);
    expect(await only('api')).toMatchObject({
      Image: before.Image,
      Config: { Image: before.Image },
      State: { Status: 'running' },
    });
  });

  it('a volume that is described otherwise keeps it: nobody agrees to lose it', async () => {
    await write(modelOf());
    await compose.up({ site, file, services: ['api'], attempt });
    const volume = docker.getVolume(`${project()}_data`);
    const before = await volume.inspect();
    await write({ ...modelOf(), volumes: { data: { labels: { a: '2' } } } });
    await compose.up({ site, file, services: ['api'], attempt });
    expect(await volume.inspect()).toEqual(before);
  });

  it('a network that is described otherwise, and that others are on, says so', async () => {
    await write(modelOf());
    await compose.up({ site, file, services: ['api', 'db'], attempt });
    const before = await only('db');
    await write(modelOf({}, { driver_opts: { 'com.docker.network.driver.mtu': '1400' } }));
    const failure = await failureOf(compose.up({ site, file, services: ['api'], attempt }));
    expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
    expect(failure.evidence.advice).toContain('network');
    expect(await only('db')).toMatchObject({ Id: before.Id, State: { Status: 'running' } });
  });
});
