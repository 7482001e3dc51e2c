import type Dockerode from 'dockerode';
import type { UnnamedVolume } from '../../ports/service-containers';

/** What the engine calls a volume that nobody named. */
const UNNAMED = /^[0-9a-f]{64}$/;

/**
 * The volumes of a container that nobody named. Told by their names: one that Compose carried over from the container
 * before is mounted by its name. Where a tmpfs lies on its path the engine makes one too, and nothing is ever in it.
 */
export function unnamedVolumes({
  Mounts,
  HostConfig,
}: Pick<Dockerode.ContainerInspectInfo, 'Mounts' | 'HostConfig'>): readonly UnnamedVolume[] {
  const inMemory = Object.keys(
    (HostConfig.Tmpfs as Record<string, string> | null | undefined) ?? {},
  );
  return Mounts.flatMap(({ Type, Name = '', Destination }) => {
    const counts = Type === 'volume' && UNNAMED.test(Name) && !inMemory.includes(Destination);
    return counts ? [{ path: Destination, volume: Name }] : [];
  });
}
