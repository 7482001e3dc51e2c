import {
  CERTIFICATES_MOUNT,
  EDGE_DATA_MOUNT,
  EDGE_SOCKET,
  type EdgeDescription,
} from '../../workflows/model/edge';
import type { EdgeCertificate, RoutedSite } from '../ports/edge';

/** Shorter than the 75 s for which the switch keeps an idle connection: who closes first loses no request. */
const IDLE = '60s';
/** While a switch is made anew, requests wait for it. Only what was never sent is sent again. */
const TRIED_FOR = '5s';
/** How long WebSockets and other streams outlive the configuration that they began with. */
const STREAMS_OUTLIVE = '24h';

/** Names are text in JSON, whatever they hold; Caddy replaces `{…}` in some of them, so no name may have braces. */
type Json = Readonly<Record<string, unknown>>;

/**
 * The whole of Caddy's configuration, for the latest version that pawl knows; the same each time.
 * Source: Caddy 2.6, "JSON Config Structure"; `stream_close_delay` is Caddy 2.7's
 */
export function caddyConfiguration(
  { email, ports }: Pick<EdgeDescription, 'email' | 'ports'>,
  sites: readonly RoutedSite[],
  certificates: readonly EdgeCertificate[],
): string {
  const configuration = {
    admin: { listen: `unix/${EDGE_SOCKET}`, config: { persist: false } },
    storage: { module: 'file_system', root: `${EDGE_DATA_MOUNT}/caddy` },
    apps: {
      http: {
        http_port: ports.http,
        servers: { edge: server(ports.https, sites, certificates) },
      },
      tls: tls(email, sites, certificates),
      pki: { certificate_authorities: { local: { install_trust: false } } },
    },
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** Without what only later versions know: Caddy before 2.7 refuses the delay. */
export function forEarlierCaddy(configuration: string): string {
  const parsed = JSON.parse(configuration, (key, value: unknown) =>
    key === 'stream_close_delay' ? undefined : value,
  ) as Json;
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

function server(
  port: number,
  sites: readonly RoutedSite[],
  certificates: readonly EdgeCertificate[],
): Json {
  const hosts = certificates.map(({ host }) => host);
  return {
    listen: [`:${port}`],
    protocols: ['h1', 'h2'],
    routes: sites.map(route),
    tls_connection_policies: [
      ...hosts.map((host) => ({
        match: { sni: [host] },
        certificate_selection: { any_tag: [host] },
      })),
      {},
    ],
    // Never asked of an authority, even where a certificate from a file is not for the name.
    automatic_https: { skip_certificates: hosts },
  };
}

/** What clients say of themselves in X-Forwarded-For, -Proto and -Host is replaced: Caddy trusts nobody before it. */
function route({ host, service, port }: RoutedSite): Json {
  return {
    match: [{ host: [host] }],
    handle: [
      {
        handler: 'reverse_proxy',
        upstreams: [{ dial: `${service}:${port}` }],
        transport: { protocol: 'http', keep_alive: { idle_timeout: IDLE } },
        load_balancing: { try_duration: TRIED_FOR },
        stream_close_delay: STREAMS_OUTLIVE,
      },
    ],
    terminal: true,
  };
}

function tls(
  email: string | undefined,
  sites: readonly RoutedSite[],
  certificates: readonly EdgeCertificate[],
): Json {
  const having = (kind: RoutedSite['certificate']) =>
    sites.filter(({ certificate }) => certificate === kind).map(({ host }) => host);
  const acme = { module: 'acme', ...(email === undefined ? {} : { email }) };
  const policies = [
    { subjects: having('internal'), issuers: [{ module: 'internal' }] },
    { subjects: having('automatic'), issuers: [acme] },
  ];
  return {
    certificates: {
      load_files: certificates.map(({ host, file, key }) => ({
        certificate: `${CERTIFICATES_MOUNT}${file}`,
        key: `${CERTIFICATES_MOUNT}${key}`,
        tags: [host],
      })),
    },
    automation: { policies: policies.filter(({ subjects }) => subjects.length > 0) },
  };
}
