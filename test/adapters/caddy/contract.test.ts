import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCaddy } from '../../../activities/adapters/caddy/create-caddy';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import type { Compose } from '../../../activities/ports/compose';
import type { Site } from '../../../activities/ports/site';
import { makeCertificate } from '../../runbooks/support/https-client';
import { docker, uniqueName } from '../../support/docker';
import { InMemoryCaddy } from '../../support/in-memory/caddy';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import { describeWith } from '../../support/requirements';
import { caddyContract, HOST } from './caddy-contract';

describeWith(['docker'], 'Caddy by its own program', () => {
  caddyContract(async () => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-caddy-')));
    return {
      caddy: createCaddy({
        compose: {} as Compose,
        services: createServiceContainers({ docker }),
        containers: createContainers({ docker }),
      }),
      site: { directory, compose: { files: [], project: uniqueName('caddy') } } as unknown as Site,
      writePair: (folder) => makeCertificate(join(directory, folder), HOST),
      remove: () => rm(directory, { recursive: true }),
    };
  });
});

describe('Caddy in memory', () => {
  caddyContract(() => {
    const disk = new Map<string, string>();
    return Promise.resolve({
      caddy: new InMemoryCaddy(new SimulatedHost(), disk),
      site: { stack: 'melvin', directory: '/' } as Site,
      writePair: (folder) => {
        const content = randomUUID();
        for (const name of ['cert', 'key']) disk.set(`${folder}/${name}.pem`, content);
        return Promise.resolve();
      },
      remove: () => Promise.resolve(),
    });
  });
});
