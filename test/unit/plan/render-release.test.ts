import fc from 'fast-check';
import type { Deployment, SwitchDeployment } from '../../../workflows/model/deployment';
import { releaseImage } from '../../../workflows/model/release-image';
import { SWITCH_COMMAND } from '../../../workflows/model/switch-mount';
import { renderAdopted, renderRelease } from '../../../workflows/release/render-release';
import type { ComposeProjectModel, ComposeService } from '../../../workflows/release/compose-model';
import { portTarget } from '../../../workflows/model/port-target';

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

  it('has a switch that comes back whenever the service would, and at least after a crash', () => {
    const switchOf = (service: object) =>
      rendered({ services: { api: { ...API, ...service } } }, switched('api'))['api'];
    expect(switchOf({ restart: 'always' })).toMatchObject({ restart: 'always' });
    expect(switchOf({ restart: 'no' })).toMatchObject({ restart: 'unless-stopped' });
  });

  it('names no release in the switch, so that the next release leaves it alone', () => {
    expect(JSON.stringify(services['api'])).not.toContain('pawl.release');
  });

  it.each(['blue', 'green'])(
    'has the slot %s with all the rest, and its image by the name that pawl holds it by',
    (slot) => {
      const { ports, container_name, build, image: _, networks, labels, ...rest } = API;
      expect(services[`api-${slot}`]).toEqual({
        ...rest,
        image: 'pawl/melvin-api:release-7',
        pull_policy: 'never',
        expose: ['8000'],
        networks: { front: null, back: null },
        labels: {
          ...{ team: 'a', x: '', 'pawl.stack': 'melvin', 'pawl.service': 'api' },
          ...{ 'pawl.slot': slot, 'pawl.release': '7', 'pawl.role': 'slot' },
          'pawl.image': 'api@sha256:aa',
        },
      });
    },
  );

  it('has no health check of its own that others could wait for', () => {
    expect(services['front']?.depends_on).toEqual({ api: { condition: 'service_started' } });
  });

  it('answers to its host name as the switch, for Docker’s DNS knows it', () => {
    const { api, 'api-blue': blue } = rendered(withApi({ hostname: 'web' }), switched('api'));
    expect([api?.['hostname'], blue?.['hostname']]).toEqual(['web', undefined]);
  });

  it('gives a proxy’s labels to the switch only, so that nothing goes past it', () => {
    const labels = ['traefik.enable=true', 'caddy_0.to={{upstreams}}', 'caddyless=1', 'caddy=x'];
    const { api, 'api-green': green } = rendered(withApi({ labels }), switched('api'));
    expect(api?.labels).toMatchObject({ 'traefik.enable': 'true', caddy: 'x' });
    expect(green?.labels).toMatchObject({ caddyless: '1', 'pawl.role': 'slot' });
    expect(Object.keys(green?.labels ?? {}).join()).not.toMatch(/traefik|caddy_|caddy,/);
  });

  it('exposes in each slot what the switch publishes, by which it knows further ports', () => {
    const ports = ['${PORT:-8000}:8000', { target: 2222, published: '22' }, '9090'];
    const { api, 'api-blue': blue } = rendered(withApi({ ports, expose: [9091] }), switched('api'));
    expect(api).toMatchObject({ ports });
    expect(blue?.expose).toEqual(['9091', '8000', '2222', '9090']);
  });

  describe('that nginx-proxy finds by its variables', () => {
    const ITS = ['VIRTUAL_HOST=a', 'VIRTUAL_PATH=/x', 'LETSENCRYPT_HOST', 'HSTS=off', 'DB=$X'];

    it('gives them to the switch, and leaves the slots what an application may read itself', () => {
      const { api, 'api-blue': blue } = rendered(withApi({ environment: ITS }), switched('api'));
      expect(api?.environment).toEqual({
        ...{ VIRTUAL_HOST: 'a', VIRTUAL_PATH: '/x', VIRTUAL_PORT: '8000' },
        ...{ LETSENCRYPT_HOST: null, HSTS: 'off' },
      });
      expect(blue?.environment).toEqual({
        ...{ VIRTUAL_PATH: '/x', HSTS: 'off', DB: '$X' },
        ...{ VIRTUAL_HOST: '', LETSENCRYPT_HOST: '' },
      });
    });

    it('gives no slot a word of them where no env file could bring them back', () => {
      const environment = { VIRTUAL_HOST: '${H}', A: 1 };
      const services = rendered(withApi({ environment, env_file: undefined }), switched('api'));
      expect(services['api-green']?.environment).toEqual({ A: 1 });
    });

    it('keeps the port that they name', () => {
      const environment = { VIRTUAL_HOST: 'a', VIRTUAL_PORT: '${P}' };
      const { api } = rendered(withApi({ environment }), switched('api'));
      expect(api?.environment).toEqual(environment);
    });
  });

  it.each([
    [{ labels: ['traefik.enable=true'], ports: [] }, ['8000']],
    [{ labels: ['traefik.enable=true'] }, undefined],
    [{ labels: ['traefik.http.services.a.loadbalancer.server.port=8000'], ports: [] }, undefined],
    [{ labels: ['team=a'], ports: [] }, undefined],
  ])('exposes its port to a proxy that looks for it: %j', (more, expose) => {
    expect(rendered(withApi(more), switched('api'))['api']?.expose).toEqual(expose);
  });

  it('keeps links: its own in the slots, and others’, which lead to a name', () => {
    const neighbour = { image: 'b', links: ['db', 'api:web'] };
    const services = rendered(withApi({ links: ['db'] }, { b: neighbour }), switched('api'));
    expect(services['api-blue']).toMatchObject({ links: ['db'] });
    expect(services['api']).not.toHaveProperty('links');
    expect(services['b']).toEqual(neighbour);
  });

  it('keeps of a network what both slots can have', () => {
    const use = { priority: 2, link_local_ips: ['169.254.8.8'], mac_address: '02:42:ac:11:00:02' };
    const services = rendered(withApi({ networks: { front: use } }), switched('api'));
    expect(services['api']?.networks).toEqual({ front: use });
    expect(services['api-blue']?.networks).toEqual({ front: { priority: 2 } });
  });

  it('leaves all others as they were', () => {
    expect(services['db']).toEqual(PROJECT.services?.['db']);
    expect(services['The.Worker-1']).toEqual(PROJECT.services?.['The.Worker-1']);
  });
});

it('pins a service of one instance, and changes nothing else of it', () => {
  const worker: Deployment = { service: 'The.Worker-1', strategy: 'recreate' };
  expect(rendered(PROJECT, worker)['The.Worker-1']).toMatchObject({
    ...{ profiles: ['jobs'], networks: { back: null } },
    image: releaseImage('melvin', 'The.Worker-1', 7),
    labels: {
      ...{ 'pawl.release': '7', 'pawl.role': 'service', 'pawl.image': 'The.Worker-1@sha256:aa' },
    },
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
  ['a port that is a variable', withApi({ ports: ['80:${PORT}'] }), 'cannot be determined'],
  ['UDP', withApi({ ports: ['53:53/udp'] }), 'services.api.ports 53/udp: the switch passes on TCP'],
  ['UDP for others', withApi({ expose: ['8125/udp'] }), 'services.api.expose 8125/udp'],
  ['what is neither', withApi({ ports: [{ target: 9, protocol: 'sctp' }] }), 'no SCTP'],
  [
    'more ports than a switch carries',
    withApi({ ports: Array.from({ length: 66 }, (_, index) => 30_000 + index) }),
    'services.api.ports: a switch passes 64',
  ],
  ['the host as its network', withApi({ network_mode: 'host' }), 'services.api.network_mode'],
  ['no network', withApi({ networks: {} }), 'services.api.networks'],
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
  [
    'a neighbour in the network of its container',
    withApi({}, { vpn: { network_mode: 'container:the-api' } }),
    'services.vpn.network_mode',
  ],
  [
    'a neighbour in the processes of its only container',
    withApi({ container_name: undefined as never }, { b: { pid: 'container:melvin-api-1' } }),
    'services.b.pid',
  ],
  [
    'a neighbour that a slot’s name leads to',
    withApi({}, { b: { networks: { back: { aliases: ['b', 'api-green'] } } } }),
    'services.b.networks.back.aliases: api-green',
  ],
  ['a neighbour called as a slot', withApi({}, { b: { hostname: 'api-blue' } }), 'b.hostname'],
  [
    'a neighbour that waits for its end',
    withApi({}, { b: { depends_on: { api: { condition: 'service_completed_successfully' } } } }),
    'services.b.depends_on.api',
  ],
  ['labels in a file', withApi({ label_file: ['/srv/labels'] }), 'services.api.label_file'],
  ['a provider', withApi({ provider: { type: 'x' } }), 'services.api.provider'],
])('refuses %s, with its place', (_what, model, told) => {
  expect(render(model, switched('api'))).toMatchObject({
    obstacle: expect.stringContaining(told) as string,
  });
});

it('names everything at once that it cannot carry', () => {
  const model = withApi({ ports: ['9000:${A}', '8000:8000/udp'], label_file: ['x'] });
  const made = render(model, switched('api'), switched('constructor'));
  const obstacle = 'obstacle' in made ? made.obstacle : '';
  for (const told of ['ports[0]', 'ports 8000/udp', 'label_file', 'services.constructor']) {
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

it('loses no service, network, volume, secret or key of any project', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/);
  const services = fc.dictionary(
    name.filter((key) => !key.startsWith('api')),
    fc.record({ image: fc.string(), environment: fc.dictionary(name, fc.string()) }),
  );
  const resources = fc.dictionary(name, fc.anything({ maxDepth: 2 }));
  const kinds = { networks: resources, volumes: resources, secrets: resources, configs: resources };
  fc.assert(
    fc.property(services, fc.record({ ...kinds, 'x-own': resources }), (others, kept) => {
      const model = { name: 'x', ...kept, services: { ...others, api: API } };
      const made = render(model, switched('api'));
      if ('obstacle' in made) throw new Error(made.obstacle);
      const { services: all = {}, ...rest } = made.model;
      expect(rest).toEqual({ name: 'x', ...kept });
      expect(all).toEqual({
        ...others,
        ...Object.fromEntries(['api', 'api-blue', 'api-green'].map((key) => [key, all[key]])),
      });
    }),
  );
});
