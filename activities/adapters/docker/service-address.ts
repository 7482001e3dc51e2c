import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import { asking } from './docker-failure';
import type { FoundContainer } from './find-container';

/** What a published port is bound to when it is bound to every address. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  '0.0.0.0': '127.0.0.1',
  '::': '::1',
  '': '127.0.0.1',
};

/**
 * An address on which this host reaches a container's port: the published one, which also works with a rootless engine
 * and Docker Desktop; else the container's own on one of its networks.
 * Throws: PreconditionFailed (neither) · ServiceUnavailable
 */
export async function serviceAddress(
  docker: Dockerode,
  container: FoundContainer,
  port: number,
): Promise<{ host: string; port: number }> {
  const { NetworkSettings, HostConfig } = await asking(
    `Could not inspect container ${container.name}`,
    () => docker.getContainer(container.id).inspect(),
  );
  const [published] = publishedPorts(NetworkSettings.Ports, port);
  if (published !== undefined) return published;
  if (HostConfig.NetworkMode === 'host') return { host: '127.0.0.1', port };
  const networks = Object.entries(NetworkSettings.Networks).sort(([a], [b]) => (a < b ? -1 : 1));
  const host = networks.map(([, { IPAddress }]) => IPAddress).find((ip) => ip !== '');
  if (host !== undefined) return { host, port };
  throw new AdapterError(
    'PreconditionFailed',
    `Container ${container.name} has no address on a network and does not publish port ${port}`,
    {
      advice: `Publish the port on 127.0.0.1 in the Compose file, or give \`address\` instead of \`service\`.`,
    },
  );
}

function publishedPorts(
  ports: Dockerode.ContainerInspectInfo['NetworkSettings']['Ports'],
  port: number,
): { host: string; port: number }[] {
  // The engine says null, not an empty list, of a port that is exposed and not published.
  const bindings = (ports[`${port}/tcp`] as { HostIp: string; HostPort: string }[] | null) ?? [];
  return bindings
    .map(({ HostIp, HostPort }) => ({ host: EVERYWHERE[HostIp] ?? HostIp, port: Number(HostPort) }))
    .sort((a, b) => Number(a.host.includes(':')) - Number(b.host.includes(':')));
}
