import { createServicesEngine } from '../../../activities/adapters/docker/create-services-engine';
import { docker, startService, uniqueName, type TestContainer } from '../../support/docker';
import { createInMemoryServices } from '../../support/in-memory/services-engine';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import { deed, deedInShell } from '../../support/in-memory/simulated-program';
import { describeWith } from '../../support/requirements';
import { servicesContract } from './services-contract';
import { composeSite } from './service-container';

describeWith(['docker'], 'services of Docker', () => {
  const started: TestContainer[] = [];
  servicesContract({
    engine: createServicesEngine({ docker }),
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

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as Error;
}
