import { randomUUID } from 'node:crypto';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { startService } from '../docker/service-container';
import { engineContract } from '../engine-contract';
import { folderBench, newDirectory } from './folder-bench';

engineContract('a folder of the host', async () => folderBench(await newDirectory()));

describeWith(['docker'], 'files in a service', () => {
  engineContract('a folder of a service', async () => {
    const directory = await newDirectory();
    const mountedOn = `/data-${randomUUID().slice(0, 8)}`;
    const hostConfig = { Binds: [`${directory}:${mountedOn}`] };
    const service = await startService({ service: 'api', hostConfig });
    return folderBench(directory, {
      containers: createContainers({ docker }),
      site: () => service.site,
      service: { name: 'api', mountedOn },
      deaths: [
        {
          title: 'container killed',
          accepted: ['ServiceUnavailable', 'CommandFailed'],
          strike: () => service.container.kill(),
          // It may be dying still.
          revive: () => service.container.wait().then(() => service.container.start()),
        },
      ],
      stop: () => service.remove(),
    });
  });
});
