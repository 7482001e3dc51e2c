import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import type Dockerode from 'dockerode';
import { asking } from './docker-failure';

/** Free octets on the disk of the engine's folder. Undefined where this host is not the engine's, or may not look. */
export async function freeBytes(docker: Dockerode): Promise<number | undefined> {
  const info = await asking(
    'Could not ask the Docker Engine for its folder',
    async () => (await docker.info()) as { readonly DockerRootDir: string; readonly Name: string },
  );
  // Another machine's folder may have a namesake here: that of a remote engine, or of Docker Desktop's.
  if (info.Name !== hostname()) return undefined;
  try {
    const { bavail, bsize } = await statfs(info.DockerRootDir);
    return bavail * bsize;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}
