import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import { asking } from './docker-failure';
import { dockerStatus, unlessMissing } from './docker-status';
import { localImage } from './local-image';

/*
 * Images that pawl holds by names of its own. `docker image prune` takes what has no name, and a tag that moves on to the
 * next build leaves the former one without.
 */

/** Throws: PreconditionFailed (no such image here) */
export async function holdImage(docker: Dockerode, pinned: string, name: string): Promise<void> {
  const image = await localImage(docker, pinned);
  if (image === undefined) {
    const text = `Image ${pinned}, which a release needs, is no longer on this host`;
    throw new AdapterError('PreconditionFailed', text, {
      advice:
        'Something has removed it, such as `docker image prune --all`. Pull or build it again.',
    });
  }
  if (image.names.includes(name)) return;
  const [repo, tag] = splitName(name);
  await asking(`Could not name image ${pinned} ${name}`, () =>
    docker.getImage(image.id).tag({ repo, tag }),
  );
}

/** Without force the engine refuses to take the only name of an image that a container needs. */
export async function dropNames(
  docker: Dockerode,
  repository: string,
  keeps: (tag: string) => boolean,
): Promise<void> {
  await asking(`Could not drop names of ${repository}`, async () => {
    const filters = { reference: [repository] };
    const listed = await docker.listImages({ filters });
    // Null where there is none, whatever the types say.
    const names = listed.flatMap(({ RepoTags }) => (RepoTags as string[] | null) ?? []);
    for (const name of new Set(names)) {
      const [repo, tag] = splitName(name);
      if (repo !== repository || keeps(tag)) continue;
      await removeUnlessNeeded(docker, name);
    }
  });
}

/**
 * Removes an image that has no name any more. Whatever has one is somebody's: of another stack, of a Compose file, of a
 * person. One that a container is made of is needed.
 */
export async function removeIfNameless(docker: Dockerode, id: string): Promise<void> {
  await asking(`Could not remove image ${id}`, async () => {
    const image = await localImage(docker, id);
    if (image === undefined || image.names.length > 0) return;
    await removeUnlessNeeded(docker, id);
  });
}

async function removeUnlessNeeded(docker: Dockerode, image: string): Promise<void> {
  try {
    await docker.getImage(image).remove();
  } catch (error) {
    if (dockerStatus(error) !== 409) unlessMissing(error);
  }
}

function splitName(name: string): readonly [repo: string, tag: string] {
  const at = name.lastIndexOf(':');
  return [name.slice(0, at), name.slice(at + 1)];
}
