import { LABELS } from '../model/labels';
import {
  CERTIFICATES_MOUNT,
  EDGE_CONFIGURATION,
  EDGE_DATA_MOUNT,
  EDGE_MOUNT,
  EDGE_SERVICE,
  EDGE_SOCKET,
  type EdgeDescription,
} from '../model/edge';
import type { Obstacle } from '../model/obstacle';
import {
  literal,
  networkMap,
  type ComposeProjectModel,
  type ComposeService,
} from './compose-model';

export interface RenderEdgeInput {
  /** As Compose reads the project, variables not replaced. */
  readonly model: ComposeProjectModel;
  readonly stack: string;
  readonly edge: EdgeDescription;
  /** Pinned. */
  readonly image: string;
  /** Folder on the host that it has its configuration in. */
  readonly folder: string;
  /** Folders on the host that certificates and keys lie in. */
  readonly certificateFolders: readonly string[];
}

/** The volume with the certificates, keys and accounts that Caddy has made or got. */
const VOLUME = 'pawl-edge';

/**
 * Renders the edge's own Compose model: one service of the project, on the networks of the switches that it leads to.
 * Nothing in it names a release, and no release's model has it, so that releases and rollbacks leave it alone.
 * Shape:  model, what the stack file says → model, or an obstacle that names what stands in its way
 */
export function renderEdge(
  input: RenderEdgeInput,
): { readonly model: ComposeProjectModel } | Obstacle {
  const { model, edge } = input;
  const { name, services = {}, networks = {}, volumes = {} } = model;
  const taken = [
    ...(Object.hasOwn(services, EDGE_SERVICE) ? [`services.${EDGE_SERVICE}`] : []),
    ...(Object.hasOwn(volumes, VOLUME) ? [`volumes.${VOLUME}`] : []),
  ];
  if (taken.length > 0) return nameTaken(taken);
  const used = networksOf(edge, services);
  return {
    model: {
      ...(name === undefined ? {} : { name }),
      services: { [EDGE_SERVICE]: edgeService(input, used) },
      networks: Object.fromEntries(
        Object.entries(networks).filter(([network]) => used.includes(network)),
      ),
      volumes: { [VOLUME]: {} },
    },
  };
}

/** Root binds the ports and reads keys that are root's alone. */
function edgeService(
  { stack, edge, image, folder, certificateFolders }: RenderEdgeInput,
  networks: readonly string[],
): ComposeService {
  return {
    image,
    pull_policy: 'never',
    entrypoint: ['caddy'],
    command: ['run', '--config', `${EDGE_MOUNT}/${EDGE_CONFIGURATION}`],
    user: '0:0',
    // An engine that was killed starts only `always` again (Docker 20.10).
    restart: 'always',
    // It takes nothing new from the first moment on: what is in flight may not keep everybody else waiting.
    stop_grace_period: '5s',
    networks: Object.fromEntries(networks.map((network) => [network, null])),
    ports: [edge.ports.http, edge.ports.https].map((port) => published(edge, port)),
    volumes: [
      readOnly(folder, EDGE_MOUNT),
      ...certificateFolders.map((from) => readOnly(from, `${CERTIFICATES_MOUNT}${from}`)),
      { type: 'volume', source: VOLUME, target: EDGE_DATA_MOUNT },
    ],
    // `/config` is a volume of the public image, for what is kept nowhere here.
    tmpfs: [EDGE_SOCKET.replace(/\/[^/]*$/, ''), '/config'],
    labels: { [LABELS.stack]: stack, [LABELS.role]: 'edge' },
  };
}

/** The same port inside: by it, Caddy knows where it sends those who come by HTTP. */
function published({ ports: { address } }: EdgeDescription, port: number): object {
  const on = address === undefined ? {} : { host_ip: address };
  return { mode: 'ingress', ...on, target: port, published: String(port), protocol: 'tcp' };
}

function readOnly(source: string, target: string): object {
  const bind = { create_host_path: false };
  const [from, to] = [literal(source), literal(target)];
  return { type: 'bind', source: from, target: to, read_only: true, bind };
}

function networksOf(
  { sites }: EdgeDescription,
  services: NonNullable<ComposeProjectModel['services']>,
): string[] {
  const names = sites.flatMap(({ service }) =>
    Object.hasOwn(services, service) ? Object.keys(networkMap(services[service] ?? {})) : [],
  );
  return [...new Set(names)].sort();
}

function nameTaken(taken: readonly string[]): Obstacle {
  return {
    obstacle: `the Compose project has what the edge is called: ${taken.join(', ')}`,
    advice: 'Rename it in the Compose file, or leave `edge` out of the stack file.',
  };
}
