import fc from 'fast-check';
import type { Deployment, SwitchDeployment } from '../../../workflows/model/deployment';
import { SWITCH_COMMAND } from '../../../workflows/model/switch-mount';
import { renderAdopted, renderRelease } from '../../../workflows/plan/render-release';
import type {
  ComposeProjectModel,
  ComposeService,
} from '../../../workflows/plan/release/compose-model';
import { portTarget } from '../../../workflows/plan/release/port-target';

const switched = (service: string, port = 8000): SwitchDeployment => ({
  ...{ service, strategy: 'switch', port },
  ready: { http: '/healthz', consecutive: 3, timeoutSeconds: 60 },
  ...{ drainSeconds: 60, keepOldSeconds: 900, watchSeconds: 0 },
});

const image = (name: string) => ({
  ...{ reference: `${name}:v2`, pinned: `${name}@sha256:aa`, id: 'sha256:bb' },
});

const render = (model: ComposeProjectModel, ...deployments: readonly Deployment[]) =>
  renderRelease({
    ...{ model, stack: 'melvin', release: 7, switchImage: 'haproxy@sha256:cc' },
    services: deployments.map((deployment) => ({ deployment, image: image(deployment.service) })),
    switchFolder: (service) => `/var/lib/pa$wl/switch/${service}`,
  });

function rendered(
  model: ComposeProjectModel,
  ...deployments: readonly Deployment[]
): Record<string, ComposeService> {
  const made = render(model, ...deployments);
  if ('obstacle' in made) throw new Error(made.obstacle);
  return { ...made.model.services };
}

const API: ComposeService = {
  image: 'registry/api:${TAG}',
  build: { context: '/srv/api' },
  ports: ['${PORT:-8000}:8000/tcp', { target: 8000, published: '8443', host_ip: '127.0.0.1' }],
  networks: { front: { aliases: ['web'], ipv4_address: '10.0.0.9' }, back: null },
  container_name: 'the-api',
  environment: { DB: 'postgres://u:${PW}@db' },
  env_file: [{ path: '/srv/app.env', required: true }],
  labels: ['team=a', 'x'],
  depends_on: { db: { condition: 'service_healthy' } },
  deploy: { replicas: 2 },
  volumes: [{ type: 'volume', source: 'data', target: '/data' }],
  secrets: [{ source: 'token', target: '/run/secrets/token' }],
  configs: [{ source: 'conf', target: '/etc/conf' }],
  logging: { options: { 'max-size': '1m' } },
  healthcheck: { test: ['CMD', 'true'] },
};

const PROJECT: ComposeProjectModel = {
  name: 'melvin',
  services: {
    api: API,
    db: { image: 'postgres:15', networks: { back: null } },
    front: { image: 'front', depends_on: { api: { condition: 'service_healthy' } } },
    'The.Worker-1': { image: 'worker', networks: { back: null }, profiles: ['jobs'] },
  },
  ...{ networks: { front: {}, back: { internal: true } }, volumes: { data: {} } },
  ...{ secrets: { token: { file: '/srv/token' } }, configs: { conf: { content: '${PW}' } } },
  'x-more': { a: 1 },
};

describe('a switched service', () => {
  const services = rendered(PROJECT, switched('api'));

  it('becomes the switch, which has the ports, the name and the addresses', () => {
    expect(services['api']).toMatchObject({
      image: 'haproxy@sha256:cc',
      entrypoint: SWITCH_COMMAND,
      ports: API.ports,
      container_name: 'the-api',
      networks: API.networks,
      logging: API['logging'],
      labels: { team: 'a', x: '', 'pawl.role': 'switch', 'pawl.service': 'api' },
    });
    expect(services['api']).not.toHaveProperty('environment');
    expect(services['api']).not.toHaveProperty('depends_on');
  });

  it('has its folder mounted, whose name is no variable', () => {
    expect(services['api']?.['volumes']).toEqual([
      { type: 'bind', source: '/var/lib/pa$$wl/switch/api', target: '/pawl-switch' },
    ]);
  });

  it('names no release in the switch, so that the next release leaves it alone', () => {
    expect(JSON.stringify(services['api'])).not.toContain('pawl.release');
  });

  it.each(['blue', 'green'])('has the slot %s with all the rest, and the pinned image', (slot) => {
    const { ports, container_name, build, image: _, networks, labels, ...rest } = API;
    expect(services[`api-${slot}`]).toEqual({
      ...rest,
      image: 'api@sha256:aa',
      pull_policy: 'never',
      networks: { front: null, back: null },
      labels: {
        ...{ team: 'a', x: '', 'pawl.stack': 'melvin', 'pawl.service': 'api' },
        ...{ 'pawl.slot': slot, 'pawl.release': '7', 'pawl.role': 'slot' },
      },
    });
  });

  it('has no health check of its own that others could wait for', () => {
    expect(services['front']?.depends_on).toEqual({ api: { condition: 'service_started' } });
  });

  it('leaves all others as they were', () => {
    expect(services['db']).toEqual(PROJECT.services?.['db']);
    expect(services['The.Worker-1']).toEqual(PROJECT.services?.['The.Worker-1']);
  });
});

it('pins a service of one instance, and changes nothing else of it', () => {
  const worker: Deployment = { service: 'The.Worker-1', strategy: 'recreate' };
  expect(rendered(PROJECT, worker)['The.Worker-1']).toMatchObject({
    ...{ image: 'The.Worker-1@sha256:aa', profiles: ['jobs'], networks: { back: null } },
    labels: { 'pawl.release': '7', 'pawl.role': 'service' },
  });
});

it('gives back what plain Compose ran with its image pinned, and nothing else changed', () => {
  const { services } = renderAdopted(PROJECT, [{ service: 'api', image: image('api') }]);
  expect(services?.['api']).toMatchObject({ image: 'api@sha256:aa', ports: API.ports });
  expect(services?.['front']).toEqual(PROJECT.services?.['front']);
});

const withApi = (change: ComposeService, others: Record<string, ComposeService> = {}) => ({
  ...PROJECT,
  services: { ...PROJECT.services, api: { ...API, ...change }, ...others },
});

it.each([
  [
    'another port',
    withApi({ ports: ['9000:9000'] }),
    'services.api.ports[0]: it publishes port 9000',
  ],
  ['a range of ports', withApi({ ports: ['8000-8010:8000-8010'] }), 'services.api.ports[0]'],
  ['a port that is a variable', withApi({ ports: ['80:${PORT}'] }), 'cannot be told'],
  ['UDP', withApi({ ports: ['8000:8000/udp'] }), 'the switch carries no udp'],
  ['the host as its network', withApi({ network_mode: 'host' }), 'services.api.network_mode'],
  ['no network', withApi({ networks: {} }), 'services.api.networks'],
  ['links', withApi({ links: ['db'] }), 'services.api.links'],
  [
    'a neighbour of a slot’s name',
    withApi({}, { 'api-blue': { image: 'x' } }),
    'services.api-blue',
  ],
  [
    'a neighbour in its network',
    withApi({}, { vpn: { network_mode: 'service:api' } }),
    'services.vpn.network_mode',
  ],
  [
    'a neighbour with its volumes',
    withApi({}, { b: { volumes_from: ['api:ro'] } }),
    'services.b.volumes_from[0]',
  ],
])('refuses %s, with its place', (_what, model, told) => {
  expect(render(model, switched('api'))).toMatchObject({
    obstacle: expect.stringContaining(told) as string,
  });
});

it('names everything at once that it cannot carry', () => {
  const model = withApi({ ports: ['9000:9000', '8000:8000/udp'], links: ['db'] });
  const made = render(model, switched('api'), switched('nowhere'));
  const obstacle = 'obstacle' in made ? made.obstacle : '';
  for (const told of ['ports[0]', 'ports[1]', 'links', 'services.nowhere']) {
    expect(obstacle).toContain(told);
  }
});

it.each([
  ['8000', '8000', 'tcp'],
  ['80:8000', '8000', 'tcp'],
  ['127.0.0.1:80:8000/udp', '8000', 'udp'],
  ['${IP:-127.0.0.1}:${PORT:?say it}:8000', '8000', 'tcp'],
  ['[::1]:80:8000', '8000', 'tcp'],
  ['80:8000-8001', undefined, 'tcp'],
  ['${ALL}', undefined, 'tcp'],
])('reads the port %s', (text, target, protocol) => {
  expect(portTarget(text)).toEqual({ ...(target === undefined ? {} : { target }), protocol });
});

it('loses no service, network, volume or key of any project', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}$/);
  const service = fc.record({ image: fc.string(), environment: fc.dictionary(name, fc.string()) });
  const keys = fc.dictionary(name, fc.anything({ maxDepth: 2 }));
  fc.assert(
    fc.property(fc.dictionary(name, service), keys, keys, (services, networks, volumes) => {
      const api = { ...API };
      const others = Object.fromEntries(
        Object.entries(services).filter(([key]) => !key.startsWith('api') && key !== '__proto__'),
      );
      const model = { name: 'x', services: { ...others, api }, networks, volumes };
      const made = render(model, switched('api'));
      if ('obstacle' in made) throw new Error(made.obstacle);
      expect(made.model).toMatchObject({ name: 'x', networks, volumes });
      for (const [key, other] of Object.entries(others)) {
        expect(made.model.services?.[key]).toEqual(other);
      }
    }),
  );
});
