import type Dockerode from 'dockerode';
import { asking } from './docker-failure';
import { unlessMissing } from './engine-status';
import type { CredentialSource } from './registry-credentials';

export interface ImageAccess {
  readonly docker: Dockerode;
  readonly credentials: CredentialSource;
}

export interface LocalImage {
  readonly id: string;
  /** `repository@sha256:…` of each registry that it came from or was pushed to. */
  readonly digests: readonly string[];
}

/** The image of this name on this host, whatever registries have. */
export async function localImage(docker: Dockerode, name: string): Promise<LocalImage | undefined> {
  const info = await asking(`Could not look for image ${name}`, () =>
    docker.getImage(name).inspect().catch(unlessMissing),
  );
  if (info === undefined) return undefined;
  // Null where there is none, whatever the types say.
  const { Id: id, RepoDigests: digests } = info as { Id: string; RepoDigests: string[] | null };
  return { id, digests: digests ?? [] };
}
