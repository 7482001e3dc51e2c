import type Dockerode from 'dockerode';
import { asking } from './docker-failure';
import { unlessMissing } from './docker-status';
import type { CredentialSource } from './registry-credentials';

export interface ImageAccess {
  readonly docker: Dockerode;
  readonly credentials: CredentialSource;
  /** Of registries that could not be reached, when they last could not, by `performance.now()`. */
  readonly away: Map<string, number>;
}

export interface LocalImage {
  readonly id: string;
  /** `repository@sha256:…` of each registry that it came from or was pushed to. */
  readonly digests: readonly string[];
  /** `repository:tag`, as people and Compose files name it. */
  readonly names: readonly string[];
  /** Paths that it declares as volumes. */
  readonly volumes: readonly string[];
}

/** The image of this name on this host, whatever registries have. */
export async function localImage(docker: Dockerode, name: string): Promise<LocalImage | undefined> {
  const info = await asking(`Could not look for image ${name}`, () =>
    docker.getImage(name).inspect().catch(unlessMissing),
  );
  if (info === undefined) return undefined;
  // Null where there is none, whatever the types say.
  const { Id, RepoDigests, RepoTags, Config } = info as {
    readonly Id: string;
    readonly RepoDigests: readonly string[] | null;
    readonly RepoTags: readonly string[] | null;
    readonly Config: { readonly Volumes?: Readonly<Record<string, object>> | null } | null;
  };
  return {
    ...{ id: Id, digests: RepoDigests ?? [], names: RepoTags ?? [] },
    volumes: Object.keys(Config?.Volumes ?? {}),
  };
}
