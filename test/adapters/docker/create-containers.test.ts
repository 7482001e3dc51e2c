import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import { composeProjectName } from '../../../activities/adapters/docker/find-container';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { composeSite, startService, type ServiceContainer } from './service-container';

const containers = createContainers({ docker });

describe('the name of a Compose project', () => {
  it.each([
    ['/opt/My App.v2', undefined, 'myappv2'],
    ['/opt/__-x_Y-', undefined, 'x_y-'],
    ['/opt/melvin', ['deploy/compose.yaml'], 'deploy'],
  ])('follows Compose: %s %s', (directory, files, name) => {
    expect(composeProjectName({ directory, compose: { files: files ?? [] } })).toBe(name);
  });
});

describe('an engine that is away', () => {
  it('is unavailable, and its socket is named', async () => {
    const away = createContainers({
      docker: new Dockerode({ socketPath: '/nowhere/docker.sock' }),
    });
    await expect(away.runner(composeSite('melvin'), 'api')).rejects.toMatchObject({
      kind: 'ServiceUnavailable',
      message: expect.stringContaining('/nowhere/docker.sock') as string,
    });
  });
});

describeWith(['docker'], 'containers of a service', () => {
  const started: ServiceContainer[] = [];
  const start = async (...args: Parameters<typeof startService>) => {
    const service = await startService(...args);
    started.push(service);
    return service;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((service) => service.remove()));
  });

  it('takes the running replica with the lowest number, and no one-off container', async () => {
    const { project, site } = await start({ service: 'api', number: 3 });
    await start({ service: 'api', project, number: 2, command: ['sleep', '602'] });
    await start({ service: 'api', project, number: 1, started: false });
    await start({ service: 'api', project, number: 1, oneOff: true });
    await start({ service: 'other', project, number: 1 });
    const runner = await containers.runner(site, 'api');
    const { stdout } = await runner.run(['cat', '/proc/1/cmdline']);
    expect(stdout).toContain('602');
  });

  it('finds the project by its folder when no name is configured', async () => {
    const labels = { 'com.docker.compose.project.working_dir': '/opt/melvin' };
    const { site } = await start({ service: 'api', project: 'named-in-the-file', labels });
    const unnamed = { ...site, compose: { files: ['compose.yaml'] } };
    await expect(containers.runner(unnamed, 'api')).resolves.toBeDefined();
  });

  describe('behind a switch', () => {
    const directory = { 'com.docker.compose.project.working_dir': '/opt/melvin' };
    const switchLabels = { ...directory, 'pawl.role': 'switch', 'pawl.service': 'api' };
    const slot = (release: number) => ({
      ...{ ...directory, 'pawl.role': 'slot', 'pawl.service': 'api' },
      'pawl.release': String(release),
    });
    const commandOf = async (site: ServiceContainer['site'], service = 'api') =>
      (await (await containers.runner(site, service)).run(['cat', '/proc/1/cmdline'])).stdout;

    it('is the latest release among the slots that run, its lowest number first', async () => {
      const { project, site } = await start({ service: 'api', labels: switchLabels });
      const blue = { service: 'api-blue', project, labels: slot(9) };
      const green = { service: 'api-green', project, labels: slot(10) };
      await start({ ...blue, number: 1, command: ['sleep', '701'] });
      await start({ ...green, number: 2, command: ['sleep', '702'] });
      const first = await start({ ...green, number: 1, command: ['sleep', '703'] });
      await start({ ...green, labels: slot(11), oneOff: true });
      await start({ ...green, labels: slot(12), started: false });
      await start({ service: 'web', project, labels: { ...slot(13), 'pawl.service': 'web' } });
      await start({ service: 'api-green', labels: slot(14) });
      expect(await commandOf(site)).toContain('703');
      expect(await commandOf(site, 'api-blue')).toContain('701');
      const unnamed = { ...site, compose: { files: [] } };
      expect(await containers.runner(unnamed, 'api')).toBeDefined();
      await first.container.stop({ t: 0 });
      expect(await commandOf(site)).toContain('702');
    });

    it('is never the switch, and no advice is given that would put a service in its place', async () => {
      const { project, site } = await start({ service: 'api', labels: switchLabels });
      const stopped = { service: 'api-blue', project, labels: slot(3), started: false };
      await expect(containers.runner(site, 'api')).rejects.toMatchObject({
        kind: 'PreconditionFailed',
        message: expect.stringContaining('there is none') as string,
      });
      await start(stopped);
      await expect(containers.runner(site, 'api')).rejects.toMatchObject({
        kind: 'PreconditionFailed',
        evidence: { advice: expect.stringMatching(/docker start .*api-blue/) as string },
      });
    });
  });

  it('says what it looked for, and that it is stopped', async () => {
    const { project, site } = await start({ service: 'api', started: false });
    await expect(containers.runner(site, 'api')).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringMatching(
        new RegExp(`service api .* ${project}: .* is created`),
      ) as string,
      evidence: { advice: expect.stringContaining('up -d api') as string },
    });
    await expect(containers.runner(site, 'nope')).rejects.toMatchObject({
      message: expect.stringContaining('there is none') as string,
    });
  });

  it('waits for one that has just died: it may be being started again', async () => {
    const { site, container } = await start({ service: 'api' });
    await container.kill();
    await expect(containers.runner(site, 'api')).rejects.toMatchObject({
      kind: 'ServiceUnavailable',
    });
  });

  it.each([
    ['published', { ports: [7000] }],
    ['of its own', {}],
  ])('gives an address, %s', async (_title, published) => {
    const listen =
      'use Socket; socket(S,PF_INET,SOCK_STREAM,6); bind(S,sockaddr_in(7000,INADDR_ANY)); listen(S,5); sleep 99';
    const command = ['perl', '-e', listen];
    const { site } = await start({ service: 'api', command, ...published });
    const address = await containers.address(site, 'api', 7000);
    await expect(answers(address, Date.now() + 10_000)).resolves.toBe(true);
  });

  it('refuses to give an address to a container without network', async () => {
    const { site } = await start({ service: 'api', hostConfig: { NetworkMode: 'none' } });
    await expect(containers.address(site, 'api', 7000)).rejects.toMatchObject({
      kind: 'PreconditionFailed',
    });
  });
});

/** Whether something listens there before the deadline. */
async function answers(address: { host: string; port: number }, deadline: number) {
  while (Date.now() < deadline) {
    const socket = connect(address.port, address.host);
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return true;
    await sleep(50);
  }
  return false;
}
