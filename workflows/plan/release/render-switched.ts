import { SWITCH_COMMAND, SWITCH_MOUNT } from '../../model/switch-mount';
import { labelled, labelMap, literal, networkMap, type ComposeService } from './compose-model';

/**
 * Labels by which a reverse proxy finds where to send requests: Traefik, caddy-docker-proxy, SWAG, TSDProxy, nginx-proxy.
 * On a slot they would take requests past the switch.
 */
const OF_A_PROXY =
  /^(?:traefik|caddy|swag|tsdproxy|com\.github\.(?:nginx-proxy|jrcs))(?:[._]|_\d+|$)/i;

/**
 * The service as it runs in a slot. What there can be only one of is the switch's: ports, names, addresses. The host name
 * too, since Docker's DNS answers for it.
 */
export function renderSlot(service: ComposeService, own: Record<string, string>): ComposeService {
  const { ports: _p, container_name: _c, hostname: _h, mac_address: _m, ...rest } = service;
  const labels = Object.entries(labelMap(service.labels));
  const kept = Object.fromEntries(labels.filter(([name]) => !OF_A_PROXY.test(name)));
  return labelled({ ...rest, labels: kept, networks: slotNetworks(service) }, own);
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
  readonly labels: Record<string, string>;
}

/**
 * The switch in the service's place. Nothing in it names the release, so that it is left alone as long as it is the same.
 * Root binds the port and owns the socket; HAProxy itself then gives its rights up.
 */
export function renderSwitch(
  service: ComposeService,
  { image, folder, labels }: Switch,
): ComposeService {
  const carried = CARRIED.filter((key) => service[key] !== undefined);
  return labelled(
    {
      ...Object.fromEntries(carried.map((key) => [key, service[key]])),
      ...(service.labels === undefined ? {} : { labels: service.labels }),
      image,
      pull_policy: 'never',
      entrypoint: [...SWITCH_COMMAND],
      command: [],
      user: '0:0',
      // An engine that was killed starts only `always` again (Docker 20.10).
      restart: service['restart'] === 'always' ? 'always' : 'unless-stopped',
      stop_signal: 'SIGUSR1',
      stop_grace_period: '30s',
      volumes: [{ type: 'bind', source: literal(folder), target: SWITCH_MOUNT }],
    },
    labels,
  );
}
