import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Site } from '../../../activities/ports/site';
import { findProgram } from '../../../toolchain/find-program';
import { docker, TEST_IMAGES, uniqueName } from '../../support/docker';
import { createInMemoryCompose, type ProjectFiles } from '../../support/in-memory/compose';
import { createInMemoryServices } from '../../support/in-memory/service-containers';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import { deed, deedInShell } from '../../support/in-memory/simulated-program';
import { describeWith } from '../../support/requirements';
import { testLabels } from '../../support/run-labels';
import { composeContract, type ComposeSubject } from './compose-contract';

const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

async function folderWithSite(): Promise<{ site: Site; file: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-compose-'));
  const secret = () => Promise.reject(new Error('no secrets here'));
  return {
    folder,
    file: join(folder, 'release.yaml'),
    site: { stack: 'melvin', directory: folder, secret },
  };
}

describeWith(['docker', 'compose'], 'Compose by its command line', () => {
  const services = createServiceContainers({ docker });
  const compose = createCompose({
    program: async () => (await findProgram('compose')).path,
    runner: hostRunner,
    services,
  });

  composeContract(async (): Promise<ComposeSubject> => {
    const { folder, ...place } = await folderWithSite();
    const project = basename(folder).toLowerCase();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const usual = {
      ...{ image: TEST_IMAGES.base, command: ['sleep', '600'], init: true },
      ...{ labels: testLabels(), stop_grace_period: '1s' },
    };
    return {
      ...{ compose, ...place, project, uniqueName, command: deedInShell },
      takenPort: (taken.address() as { port: number }).port,
      describe: async (described) => {
        const all = Object.entries(described).map(([name, its]) => [name, { ...usual, ...its }]);
        const networks = { default: { labels: testLabels() } };
        const model = { services: Object.fromEntries(all) as object, networks };
        await writeFile(join(folder, 'compose.yaml'), JSON.stringify(model));
        await writeFile(place.file, JSON.stringify({ name: project, ...model }));
      },
      setVariables: async (variables) => {
        const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
        await writeFile(join(folder, '.env'), lines.join(''));
      },
      containers: (service) => services.containers(place.site, project, service),
      awaitExit: (name) => services.awaitExit(name, attempt),
      remove: async () => {
        taken.close();
        await removeProject(project);
        await rm(folder, { recursive: true });
      },
    };
  });
});

describe('Compose in memory', () => {
  composeContract(async (): Promise<ComposeSubject> => {
    const { folder, ...place } = await folderWithSite();
    const project = basename(folder).toLowerCase();
    const host = new SimulatedHost();
    host.images.add('base', { name: 'base' });
    const takenPort = 1;
    host.takenPorts.add(takenPort);
    const services = createInMemoryServices(host);
    const files: ProjectFiles = { model: { name: project, services: {} }, variables: {} };
    let made = 0;
    return {
      ...{ compose: createInMemoryCompose(host, files), ...place, project, command: deed },
      takenPort,
      uniqueName: (title) => {
        made += 1;
        return `${title}-${made}`;
      },
      describe: async (described) => {
        const all = Object.entries(described).map(([name, its]) => [
          name,
          { image: 'base', ...its },
        ]);
        files.model = { name: project, services: Object.fromEntries(all) as object } as never;
        await writeFile(place.file, JSON.stringify(files.model));
      },
      setVariables: (variables) => {
        files.variables = variables;
        return Promise.resolve();
      },
      containers: (service) => services.containers(place.site, project, service),
      awaitExit: (name) => services.awaitExit(name, attempt),
      remove: () => rm(folder, { recursive: true }),
    };
  });
});

async function removeProject(project: string): Promise<void> {
  const label = [`com.docker.compose.project=${project}`];
  const filters = { label };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true });
  }
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
}
