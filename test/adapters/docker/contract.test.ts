import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImages } from '../../../activities/adapters/docker/create-images';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { docker, startService, uniqueName, type TestContainer } from '../../support/docker';
import { createInMemoryImages } from '../../support/in-memory/images';
import { createInMemoryServices } from '../../support/in-memory/service-containers';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import { deed, deedInShell } from '../../support/in-memory/simulated-program';
import { describeWith } from '../../support/requirements';
import { imagesContract } from './images-contract';
import { servicesContract } from './services-contract';
import { composeSite } from './service-container';
import { makeImage, TestRegistry } from './test-registry';

describeWith(['docker'], 'services of Docker', () => {
  const started: TestContainer[] = [];
  servicesContract({
    engine: createServiceContainers({ docker }),
    ...{ uniqueName, siteOf: composeSite },
    start: async ({ does, ...options }) => {
      const command = does === undefined ? ['sleep', '60'] : deedInShell(does);
      const container = await startService({ ...options, command });
      started.push(container);
      const { Id, Name, Image } = await container.container.inspect();
      return { id: Id, name: Name.slice(1), imageId: Image };
    },
    clear: async () => {
      await Promise.all(started.splice(0).map((one) => one.remove().catch(unlessGone)));
    },
  });
});

describe('services in memory', () => {
  const host = new SimulatedHost();
  const imageId = host.images.add('1');
  let made = 0;
  const unique = (title: string): string => {
    made += 1;
    return `${title}-${made}`;
  };
  servicesContract({
    engine: createInMemoryServices(host),
    ...{ uniqueName: unique, siteOf: composeSite },
    start: (options) => {
      const { project, service, number = 1, oneOff = false, does, started = true } = options;
      const { labels = {}, environment = {} } = options;
      const container = host.create({
        ...{ name: unique(service), of: { project, service, number, oneOff }, imageId },
        definition: { ...{ labels, environment }, ...(does && { command: deed(does) }) },
      });
      if (started) host.start(container);
      return Promise.resolve({ id: container.id, name: container.name, imageId });
    },
    clear: () => Promise.resolve(),
  });
});

describeWith(['docker'], 'images of Docker', () => {
  imagesContract(async () => {
    const registry = await TestRegistry.start();
    const made: string[] = [];
    const dockerConfig = join(tmpdir(), 'pawl-no-docker-configuration');
    return {
      images: createImages({ docker, runner: hostRunner, onSecret: () => undefined, dockerConfig }),
      repository: (title) => `${registry.address}/team/${uniqueName(title)}`,
      make: async (name) => {
        const id = await makeImage(name);
        made.push(id);
        return id;
      },
      push: (id, reference) => registry.push(id, reference),
      forget: (id) =>
        docker
          .getImage(id)
          .remove({ force: true })
          .then(() => undefined),
      use: async (id) => {
        const user = await startService({
          ...{ project: uniqueName('user'), service: 'api', image: id, command: ['none'] },
          started: false,
        });
        return () => user.remove();
      },
      takeRegistryAway: () => registry.stop(),
      remove: async () => {
        for (const id of made) await docker.getImage(id).remove({ force: true }).catch(unlessGone);
        await registry.remove();
      },
    };
  });
});

describe('images in memory', () => {
  imagesContract(() => {
    const host = new SimulatedHost();
    let made = 0;
    const versions = new Map<string, string>();
    return Promise.resolve({
      images: createInMemoryImages(host),
      repository: (title) => `registry.test:5000/team/${title}`,
      make: (name) => {
        made += 1;
        const id = host.images.add(String(made), { name });
        versions.set(id, String(made));
        return Promise.resolve(id);
      },
      push: (id, reference) => Promise.resolve(host.images.push(versions.get(id) ?? '', reference)),
      forget: (id) => {
        host.images.drop(id);
        return Promise.resolve();
      },
      use: (imageId) => {
        const user = host.create({ name: 'user', definition: {}, imageId });
        return Promise.resolve(() => {
          host.remove(user);
          return Promise.resolve();
        });
      },
      takeRegistryAway: () => {
        host.images.isRegistryAway = true;
        return Promise.resolve();
      },
      remove: () => Promise.resolve(),
    });
  });
});

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as Error;
}
