import { caddyConfiguration } from '../../../activities/containers/caddy-configuration';
import type { EdgeDescription } from '../../../workflows/model/edge';
import type { ComposeProjectModel } from '../../../workflows/release/compose-model';
import { renderEdge } from '../../../workflows/release/render-edge';

const EDGE: EdgeDescription = {
  image: 'caddy:2',
  sites: [
    { host: 'app.example.org', service: 'api', certificate: 'automatic' },
    { host: 'www.example.org', service: 'web', certificate: 'internal' },
  ],
  ports: { address: '127.0.0.1', http: 8080, https: 8443 },
};

const PROJECT: ComposeProjectModel = {
  name: 'melvin',
  services: {
    api: { image: 'api', networks: { front: { aliases: ['x'] }, back: null } },
    web: { image: 'web', networks: ['front'] },
    db: { image: 'postgres', networks: { store: null } },
  },
  networks: { front: { name: '${NET}' }, back: { internal: true }, store: {} },
  ...{ volumes: { data: {} }, secrets: { token: { file: '/srv/token' } } },
};

const render = (model: ComposeProjectModel, edge: EdgeDescription = EDGE) =>
  renderEdge({
    ...{ model, stack: 'melvin', edge, image: 'caddy@sha256:aa' },
    ...{ folder: '/var/lib/pa$wl/caddy', certificateFolders: ['/srv/t$ls'] },
  });

describe('the Compose model of an edge', () => {
  const made = render(PROJECT);
  const model = 'model' in made ? made.model : {};

  it('is one service on the networks of the switches, and nothing else of the project', () => {
    expect(Object.keys(model.services ?? {})).toEqual(['edge']);
    expect(model.services?.['edge']?.networks).toEqual({ back: null, front: null });
    expect(model.networks).toEqual({ front: { name: '${NET}' }, back: { internal: true } });
    expect(model).toMatchObject({ name: 'melvin', volumes: { 'pawl-edge': {} } });
    expect(model).not.toHaveProperty('secrets');
  });

  it('publishes its ports, and reads folders that it cannot write', () => {
    expect(model.services?.['edge']).toMatchObject({
      image: 'caddy@sha256:aa',
      ports: [
        { host_ip: '127.0.0.1', published: '8080', target: 8080 },
        { host_ip: '127.0.0.1', published: '8443', target: 8443 },
      ],
      volumes: [
        { source: '/var/lib/pa$$wl/caddy', target: '/pawl-edge', read_only: true },
        { source: '/srv/t$$ls', target: '/pawl-edge-certificates/srv/t$$ls', read_only: true },
        { type: 'volume', source: 'pawl-edge', target: '/data' },
      ],
      labels: { 'pawl.stack': 'melvin', 'pawl.role': 'edge' },
    });
  });

  it('names what the project has in its place', () => {
    const services = { ...PROJECT.services, edge: { image: 'nginx' } };
    const volumes = { 'pawl-edge': {} };
    expect(render({ ...PROJECT, services, volumes })).toMatchObject({
      obstacle: expect.stringContaining('services.edge, volumes.pawl-edge') as string,
    });
  });
});

describe("Caddy's configuration", () => {
  const files = { file: './tls/cert.pem', key: './tls/key.pem' };
  const sites = [
    { host: 'app.example.org', service: 'api', port: 8000, certificate: 'automatic' as const },
    { host: 'localhost', service: 'api', port: 8000, certificate: 'internal' as const },
    { host: 'intern.example.org', service: 'web', port: 3000, certificate: files },
  ];
  const pair = { file: '/srv/tls/cert.pem', key: '/srv/tls/"k\ney' };
  const certificates = [{ host: 'intern.example.org', ...pair, digest: 'aa' }];
  const rendered = (email?: string) =>
    JSON.parse(
      caddyConfiguration(
        { ports: EDGE.ports, ...(email === undefined ? {} : { email }) },
        sites,
        certificates,
      ),
    ) as {
      admin: object;
      apps: {
        http: { http_port: number; servers: { edge: Record<string, unknown> } };
        tls: { automation: object; certificates: object };
      };
    };

  it('leads each site to the switch of its service, on the ports of the stack file', () => {
    const { http } = rendered().apps;
    expect(http).toMatchObject({ http_port: 8080, servers: { edge: { listen: [':8443'] } } });
    expect(http.servers.edge['routes']).toMatchObject([
      { match: [{ host: ['app.example.org'] }], handle: [{ upstreams: [{ dial: 'api:8000' }] }] },
      { match: [{ host: ['localhost'] }], handle: [{ upstreams: [{ dial: 'api:8000' }] }] },
      {
        match: [{ host: ['intern.example.org'] }],
        handle: [{ upstreams: [{ dial: 'web:3000' }] }],
      },
    ]);
  });

  it('asks an authority for what is automatic only', () => {
    const { tls, http } = rendered('ops@example.org').apps;
    expect(tls.automation).toEqual({
      policies: [
        { subjects: ['localhost'], issuers: [{ module: 'internal' }] },
        {
          subjects: ['app.example.org'],
          issuers: [{ module: 'acme', email: 'ops@example.org' }],
        },
      ],
    });
    expect(http.servers.edge['automatic_https']).toEqual({
      skip_certificates: ['intern.example.org'],
    });
    expect(rendered().apps.tls.automation).toMatchObject({
      policies: [{}, { issuers: [{ module: 'acme' }] }],
    });
  });

  it('names the files of a certificate as text, whatever is in their names', () => {
    expect(rendered().apps.tls.certificates).toEqual({
      load_files: [
        {
          certificate: '/pawl-edge-certificates/srv/tls/cert.pem',
          key: '/pawl-edge-certificates/srv/tls/"k\ney',
          tags: ['intern.example.org'],
        },
      ],
    });
  });

  it('lets nobody administrate it over a network', () => {
    expect(rendered().admin).toEqual({
      listen: 'unix//run/pawl-edge/admin.sock',
      config: { persist: false },
    });
  });
});
