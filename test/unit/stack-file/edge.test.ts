import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');

const DEPLOY =
  'deploy: {api: {strategy: switch, port: 8000, ready: {http: /}}, worker: {strategy: recreate}}';

const edgeOf = (text: string) => read(text).description.edge;

describe('what a stack file says about the edge', () => {
  it('becomes a description with every key in its place', () => {
    const files = { file: 'tls/cert.pem', key: '/etc/tls/key.pem' };
    expect(edgeOf(readFileSync(fixture, 'utf8'))).toEqual({
      image: 'registry.example.org:5000/caddy:2.11',
      sites: [
        { host: 'app.example.org', service: 'api', certificate: 'automatic' },
        { host: 'intern.example.org', service: 'api', certificate: files },
        { host: 'nas-1.local', service: 'api', certificate: 'internal' },
      ],
      email: 'ops+tls@example.org',
      ports: { address: '::1', http: 8080, https: 8443 },
    });
  });

  it('has defaults, and is nothing where nothing is said', () => {
    const one = 'edge: {sites: {app.example.org: {service: api}}}';
    expect(edgeOf(withLines(DEPLOY, one))).toEqual({
      image: 'caddy:2',
      sites: [{ host: 'app.example.org', service: 'api', certificate: 'automatic' }],
      ports: { http: 80, https: 443 },
    });
    expect(read(withLines(DEPLOY)).description).not.toHaveProperty('edge');
  });
});

const PUBLIC =
  'is a name that no public authority certifies; give it `certificate: internal` or files';

/** What is wrong, line 8, and every problem that must be told: no more, no fewer. */
type Case = readonly [title: string, edge: string, problems: readonly string[]];

describe('a stack file is refused', () => {
  const cases: readonly Case[] = [
    ['for an edge without sites', '{sites: {}}', ['8:8 edge.sites: must name at least one site']],
    [
      'for keys that there are not',
      '{sites: {a.b: {service: api, tls: internal}}, mail: a@b}',
      [
        '8:36 edge.sites.a.b.tls: unknown key; known here: `service`, `certificate`',
        '8:53 edge.mail: unknown key; did you mean `email`?',
      ],
    ],
    [
      'for a site that leads to no switch',
      '{sites: {a.b: {service: worker}, c.d: {service: web}}}',
      [
        '8:31 edge.sites.a.b.service: must be a service of `deploy` with `strategy: switch` or `rolling`: `api`',
        '8:55 edge.sites.c.d.service: must be a service of `deploy` with `strategy: switch` or `rolling`: `api`',
      ],
    ],
    [
      'for an automatic certificate of what is not public',
      '{sites: {localhost: {service: api}, nas.local: {service: api, certificate: automatic}}}',
      [`8:16 edge.sites.localhost: ${PUBLIC}`, `8:43 edge.sites.nas.local: ${PUBLIC}`],
    ],
    [
      'for a certificate of another kind, and one without its key',
      '{sites: {a.b: {service: api, certificate: own}, c.d: {service: api, certificate: {file: x}}}}',
      [
        '8:49 edge.sites.a.b.certificate: `own` is not known here; known here: `automatic`, `internal`',
        '8:75 edge.sites.c.d.certificate.key: is missing: Its key, as PEM without a password',
      ],
    ],
    [
      'for an e-mail address that is none, and one port for two things',
      '{sites: {a.b: {service: api}}, email: "{env.X}@b", ports: {https: 80, address: nas}}',
      [
        '8:45 edge.email: must be an e-mail address',
        '8:58 edge.ports: must be two: `http` and `https` are the same port',
        '8:86 edge.ports.address: must be an IP address of the host (IPv6 without brackets)',
      ],
    ],
  ];

  it.each(cases)('%s', (_title, edge, problems) => {
    expect(problemsOf(withLines(DEPLOY, `edge: ${edge}`))).toEqual(problems);
  });

  it.each([
    ...['App.example.org', '"*.example.org"', '192.168.0.7', '"a.example.org:8443"'],
    ...['"{env.HOME}"', '"a\\nb"', '""', '-a.b', 'a..b', `a.${'b'.repeat(64)}`],
  ])('for a site called %s', (name) => {
    const rule =
      "the name must be a host's, in lower case, such as `app.example.org`; no address, port or `*`";
    const edge = `edge: {sites: {${name}: {service: api}}}`;
    expect(problemsOf(withLines(DEPLOY, edge))).toEqual([expect.stringContaining(`: ${rule}`)]);
  });

  it('for an edge with nothing behind it', () => {
    expect(problemsOf(withLines('edge: {sites: {a.b: {service: api}}}'))).toEqual([
      '7:1 edge: needs `deploy` too: the services that its sites lead to',
    ]);
  });

  it('for a service that has the name of the edge', () => {
    const deploy = 'deploy: {edge: {strategy: switch, port: 8000, ready: {http: /}}}';
    expect(problemsOf(withLines(deploy, 'edge: {sites: {a.b: {service: edge}}}'))).toEqual([
      '7:10 deploy.edge: is what the edge is called; rename the service',
    ]);
  });
});
