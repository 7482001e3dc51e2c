import { SWITCH_COMMAND, SWITCH_GRACE_SECONDS, SWITCH_MOUNT } from '../model/switch-mount';
import { portTarget } from '../model/port-target';
import {
  environmentMap,
  labelled,
  labelMap,
  literal,
  networkMap,
  type ComposeService,
} from './compose-model';

/**
 * Labels by which a reverse proxy finds where to send requests: Traefik, caddy-docker-proxy, SWAG, TSDProxy, nginx-proxy.
 * On a slot they would take requests past the switch.
 */
const OF_A_PROXY =
  /^(?:traefik|caddy|swag|tsdproxy|com\.github\.(?:nginx-proxy|jrcs))(?:[._]|_\d+|$)/i;

/** By these, nginx-proxy and its companion find a container: the switch alone has them. */
const FINDS = ['VIRTUAL_HOST', 'VIRTUAL_HOST_MULTIPORTS', 'LETSENCRYPT_HOST'];

/** What these say to them of a container that they have found; an application may read some of them itself. */
const TELLS_A_PROXY =
  /^(?:VIRTUAL_.+|LETSENCRYPT_.+|ACME_.+|ACMESH_.+|ZEROSSL_API_KEY|CERT_NAME|HTTPS_METHOD|HSTS|SSL_POLICY|NETWORK_ACCESS|NON_GET_REDIRECT|SERVER_TOKENS|TRUST_DEFAULT_CERT|ENABLE_HTTP_ON_MISSING_CERT|ENABLE_HTTP2|ENABLE_HTTP3|DISABLE_ACCESS_LOGS|EXTERNAL_HTTPS?_PORT)$/;

/**
 * The service as it runs in a slot. What there can be only one of is the switch's: ports, names, addresses. The host name
 * too, since Docker's DNS answers for it. The ports that the switch publishes are exposed: by that it knows them.
 */
export function renderSlot(service: ComposeService, own: Record<string, string>): ComposeService {
  const { ports, container_name: _c, hostname: _h, mac_address: _m, ...rest } = service;
  const labels = Object.entries(labelMap(service.labels));
  const kept = Object.fromEntries(labels.filter(([name]) => !OF_A_PROXY.test(name)));
  const published = (ports ?? []).flatMap((port) => portTarget(port).target ?? []);
  const expose = [...new Set([...(service.expose ?? []).map(String), ...published])];
  return labelled(
    {
      ...rest,
      ...slotEnvironment(service),
      ...(expose.length === 0 ? {} : { expose }),
      ...{ labels: kept, networks: slotNetworks(service) },
    },
    own,
  );
}

/** Without what finds it. Empty, and so nobody's, where an env file would bring it back. */
function slotEnvironment(service: ComposeService): Pick<ComposeService, 'environment'> {
  const environment = environmentMap(service);
  const found = FINDS.filter((name) => Object.hasOwn(environment, name));
  if (found.length === 0) return {};
  const others = Object.entries(environment).filter(([name]) => !found.includes(name));
  const emptied = service['env_file'] === undefined ? [] : found;
  const empty = emptied.map((name): [string, unknown] => [name, '']);
  return { environment: Object.fromEntries([...others, ...empty]) };
}

/** By its own port, unless the service says another: nginx-proxy would guess by the ports that an image exposes. */
function switchEnvironment(
  service: ComposeService,
  port: number,
): Pick<ComposeService, 'environment'> {
  const environment = environmentMap(service);
  if (!FINDS.some((name) => Object.hasOwn(environment, name))) return {};
  const told = Object.entries(environment).filter(([name]) => TELLS_A_PROXY.test(name));
  return { environment: { VIRTUAL_PORT: String(port), ...Object.fromEntries(told) } };
}

/** Traefik takes the lowest port that a container exposes, where its labels name none; HAProxy's image exposes none. */
function switchExpose(service: ComposeService, port: number): Pick<ComposeService, 'expose'> {
  const labels = Object.keys(labelMap(service.labels)).filter((name) => OF_A_PROXY.test(name));
  const targets = (service.ports ?? []).map((one) => portTarget(one).target);
  const told = targets.includes(String(port)) || labels.some((name) => name.endsWith('.port'));
  return labels.length === 0 || told ? {} : { expose: [String(port)] };
}

function slotNetworks(service: ComposeService): ReturnType<typeof networkMap> {
  const networks = Object.entries(networkMap(service)).map(([network, use]) => {
    const { aliases: _a, ipv4_address: _4, ipv6_address: _6, ...others } = use ?? {};
    const { link_local_ips: _l, mac_address: _m, ...kept } = others;
    return [network, Object.keys(kept).length === 0 ? null : kept] as const;
  });
  return Object.fromEntries(networks);
}

/** Keys of the service that are the switch's too. */
const CARRIED = [
  ...(['ports', 'networks', 'container_name', 'hostname', 'mac_address'] as const),
  ...(['logging', 'profiles'] as const),
];

interface Switch {
  /** Pinned. */
  readonly image: string;
  /** On the host, with its configuration in it. */
  readonly folder: string;
  /** The released one. */
  readonly port: number;
  readonly labels: Record<string, string>;
}

/**
 * The switch in the service's place. Nothing in it names the release, so that it is left alone as long as it is the same.
 * Root binds the port and owns the socket; HAProxy itself then gives its rights up.
 */
export function renderSwitch(
  service: ComposeService,
  { image, folder, port, labels }: Switch,
): ComposeService {
  const carried = CARRIED.filter((key) => service[key] !== undefined);
  return labelled(
    {
      ...Object.fromEntries(carried.map((key) => [key, service[key]])),
      ...(service.labels === undefined ? {} : { labels: service.labels }),
      ...switchEnvironment(service, port),
      ...switchExpose(service, port),
      image,
      pull_policy: 'never',
      entrypoint: [...SWITCH_COMMAND],
      command: [],
      user: '0:0',
      // An engine that was killed starts only `always` again (Docker 20.10).
      restart: service['restart'] === 'always' ? 'always' : 'unless-stopped',
      stop_signal: 'SIGUSR1',
      stop_grace_period: `${SWITCH_GRACE_SECONDS}s`,
      volumes: [{ type: 'bind', source: literal(folder), target: SWITCH_MOUNT }],
    },
    labels,
  );
}
