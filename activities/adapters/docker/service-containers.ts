import type Dockerode from 'dockerode';
import type { ServiceContainer } from '../../ports/service-containers';
import { exposedPorts } from './exposed-ports';
import { LABEL } from './labels';
import { verdictSeconds } from './verdict-seconds';
import { unnamedVolumes } from './unnamed-volumes';

/** What an inspected container is to a release. */
export function serviceContainer(info: Dockerode.ContainerInspectInfo): ServiceContainer {
  const { State: state } = info;
  const health = healthOf(state.Health?.Status);
  // Null where there is none, whatever the types say.
  const labels: Readonly<Record<string, string>> = { ...info.Config.Labels };
  const madeOf = labels[LABEL.hash];
  const verdict = verdictSeconds(info.Config);
  const volumes = unnamedVolumes(info);
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    state: state.Status,
    ...(health === undefined ? {} : { health }),
    imageId: info.Image,
    ...(madeOf === undefined ? {} : { madeOf }),
    labels,
    addresses: state.Running ? addressesOf(info) : [],
    exposed: exposedPorts(info.Config.ExposedPorts),
    restarts: info.RestartCount,
    exitCode: state.ExitCode,
    startedAt: state.StartedAt,
    ...(verdict === undefined ? {} : { verdictSeconds: verdict }),
    ...(volumes.length === 0 ? {} : { unnamedVolumes: volumes }),
  };
}

/** `none` is said of a health check that was switched off. */
function healthOf(status: string | undefined): ServiceContainer['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy'
    ? status
    : undefined;
}

function addressesOf({ NetworkSettings, HostConfig }: Dockerode.ContainerInspectInfo): string[] {
  if (HostConfig.NetworkMode === 'host') return ['127.0.0.1'];
  return Object.entries(NetworkSettings.Networks)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { IPAddress, GlobalIPv6Address }]) => IPAddress || GlobalIPv6Address)
    .filter((address) => address !== '');
}
