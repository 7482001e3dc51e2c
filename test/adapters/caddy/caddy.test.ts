import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCaddy } from '../../../activities/adapters/caddy/create-caddy';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import {
  caddyConfiguration,
  forEarlierCaddy,
} from '../../../activities/containers/caddy-configuration';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Compose, OneOff } from '../../../activities/ports/compose';
import type { Containers } from '../../../activities/ports/containers';
import type { RoutedSite } from '../../../activities/ports/edge';
import type { Site } from '../../../activities/ports/site';
import { EDGE_CANDIDATE, EDGE_MOUNT } from '../../../workflows/model/edge';
import { docker, TEST_IMAGES, uniqueName } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { testLabels } from '../../support/run-labels';

const ATTEMPT: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};
const SITE = { stack: 'melvin', directory: '/' } as Site;
const EDGE = { image: '', sites: [], ports: { http: 80, https: 443 } };

const site = (host: string, certificate: RoutedSite['certificate']): RoutedSite => {
  return { host, service: 'api', port: 8000, certificate };
};

// No authority can be asked where there is no network: what can be tried is whether Caddy takes the configuration.
describeWith(['docker'], 'Caddy 2.6 looks at', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-caddy-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const runDetached = async ({ oneOff: { command, name } }: { oneOff: OneOff }) => {
    const container = await docker.createContainer({
      ...{ name, Image: TEST_IMAGES.edge, Cmd: [...command], Labels: testLabels() },
      HostConfig: { Binds: [`${folder}:${EDGE_MOUNT}:ro`], NetworkMode: 'none' },
    });
    await container.start();
  };
  const caddy = createCaddy({
    compose: { runDetached } as unknown as Compose,
    services: createServiceContainers({ docker }),
    containers: {} as Containers,
  });
  const validate = async (configuration: string) => {
    await writeFile(join(folder, EDGE_CANDIDATE), configuration);
    return caddy.validate({
      ...{ site: SITE, file: '', attempt: ATTEMPT },
      container: uniqueName('edge'),
    });
  };

  it('automatic certificates, once what only later versions know is left out', async () => {
    const sites = [site('app.example.org', 'automatic'), site('localhost', 'internal')];
    const edge = { ...EDGE, email: 'ops@example.org' };
    const configuration = caddyConfiguration(edge, sites, []);
    expect(await validate(configuration)).toBe('too-new');
    expect(await validate(forEarlierCaddy(configuration))).toBe('valid');
  });

  it('files that are not there, and says which', async () => {
    const host = 'intern.example.org';
    const pair = { file: '/srv/tls/cert.pem', key: '/srv/tls/key.pem' };
    const configuration = caddyConfiguration(
      EDGE,
      [site(host, pair)],
      [{ host, ...pair, digest: '' }],
    );
    await expect(validate(forEarlierCaddy(configuration))).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining('/srv/tls/cert.pem: no such file') as string,
    });
  });
});
