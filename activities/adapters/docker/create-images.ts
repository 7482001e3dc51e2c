import { homedir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { CommandRunner } from '../../ports/command-runner';
import type { Images } from '../../ports/images';
import { dropNames, holdImage, removeIfNameless } from './held-images';
import { localImage, type ImageAccess } from './local-image';
import { declaredVolumes, missingLayers } from './missing-layers';
import { pullImage } from './pull-image';
import { resolveImage } from './resolve-image';

export interface ImagesOptions {
  readonly docker: Dockerode;
  /** Runs Docker's credential helpers. */
  readonly runner: CommandRunner;
  /** Told of each secret of a registry that was read. */
  readonly onSecret: (secret: string) => void;
  /** Folder of Docker's `config.json`; as Docker finds it when absent. */
  readonly dockerConfig?: string;
}

/** `Images` by the Docker Engine: it alone talks with registries, by its own mirrors, proxies and certificates. */
export function createImages({ docker, runner, onSecret, dockerConfig }: ImagesOptions): Images {
  const folder = dockerConfig ?? process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const credentials = { folder, runner, onSecret };
  const access: ImageAccess = { docker, credentials, away: new Map() };
  return {
    resolve: (reference, attempt) => resolveImage(access, reference, attempt),
    onHost: async (reference) => (await localImage(docker, reference))?.id,
    declaredVolumes: (pinned, attempt) => declaredVolumes(access, pinned, attempt),
    tag: (pinned, name) => holdImage(docker, pinned, name),
    dropNames: (repository, keeps) => dropNames(docker, repository, keeps),
    missingLayers: (pinned, attempt) => missingLayers(access, pinned, attempt),
    pull: (pinned, attempt) => pullImage(access, pinned, attempt),
    removeUnused: async (ids) => {
      for (const id of ids) await removeIfNameless(docker, id);
    },
  };
}
