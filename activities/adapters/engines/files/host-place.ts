import type { CommandRunner } from '../../../ports/command-runner';
import type { ContainerMount } from '../../../ports/containers';
import { AdapterError } from '../../../ports/adapter-error';
import type { FolderAccess } from './folder-access';
import { hostAccess } from './host-access';

/** A folder as the worker itself reaches it. */
export interface HostPlace {
  readonly access: FolderAccess;
  /** Absolute, without symbolic links. */
  readonly path: string;
}

/**
 * Where this host has a folder that a container sees: what is mounted there is a folder of the host's, or a volume that
 * lies on it. That it is the same folder, its device and inode say: of a Docker on another machine it is none.
 *
 * Undefined where it is not to be had: the container's own layer, another machine, a worker that is not root; and where something
 * else is mounted inside it, which only the container sees.
 */
export async function findHostPlace(
  inContainer: FolderAccess,
  folder: string,
  mounts: readonly ContainerMount[],
  hostRunner: CommandRunner,
): Promise<HostPlace | undefined> {
  const candidate = onHost(folder, mounts);
  if (candidate === undefined || process.getuid?.() !== 0) return undefined;
  const access = hostAccess(hostRunner, inContainer.options.signal ?? new AbortController().signal);
  const { path } = await access.resolve(candidate);
  const identity = await identityOf(access, path);
  if (identity === undefined || identity !== (await inContainer.identity(folder))) return undefined;
  return (await inContainer.mountsInside(folder)).length > 0 ? undefined : { access, path };
}

/** By the innermost mount that the folder is in. */
function onHost(folder: string, mounts: readonly ContainerMount[]): string | undefined {
  const holding = mounts.filter(
    ({ destination }) =>
      folder === destination || folder.startsWith(`${destination.replace(/\/$/, '')}/`),
  );
  const [inner] = holding.sort((a, b) => b.destination.length - a.destination.length);
  if (inner?.source === undefined) return undefined;
  const rest = folder.slice(inner.destination.replace(/\/$/, '').length);
  return `${inner.source}${rest}`;
}

/** Also where this host has something else by that name, which may not be looked into. */
async function identityOf(access: FolderAccess, path: string): Promise<string | undefined> {
  try {
    return await access.identity(path);
  } catch (error) {
    if (error instanceof AdapterError && error.kind === 'CredentialsRejected') return undefined;
    throw error;
  }
}
