import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProber } from '../../../activities/adapters/http/create-prober';
import { createInMemoryProber } from '../../support/in-memory/prober';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import { InMemorySwitches } from '../../support/in-memory/switches';
import { proberContract } from './prober-contract';

describe('probes over HTTP', () => {
  proberContract(async () => {
    const server = createServer(({ url }, response) => {
      response.writeHead(url === '/healthz' ? 200 : 404).end();
    });
    const gone = createServer();
    for (const one of [server, gone]) await once(one.listen(0, '127.0.0.1'), 'listening');
    const [url, silentUrl] = [server, gone].map(
      (one) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`,
    ) as [string, string];
    await new Promise((resolve) => gone.close(resolve));
    const remove = () =>
      new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    return { prober: createProber(), url, silentUrl, remove };
  });
});

describe('probes in memory', () => {
  proberContract(() => {
    const host = new SimulatedHost();
    const container = host.create({
      name: 'melvin-api-1',
      of: { project: 'melvin', service: 'api', number: 1, oneOff: false },
      ...{ definition: {}, imageId: host.images.add('1') },
    });
    host.start(container);
    return Promise.resolve({
      prober: createInMemoryProber(host, new InMemorySwitches(host)),
      url: `http://${container.address ?? ''}:8000`,
      silentUrl: 'http://127.0.0.1:1',
      remove: () => Promise.resolve(),
    });
  });
});
