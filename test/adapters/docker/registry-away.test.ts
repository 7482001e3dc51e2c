import type Dockerode from 'dockerode';
import { createImages } from '../../../activities/adapters/docker/create-images';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { attemptOf } from '../restic/fixtures';

const ID = `sha256:${'a'.repeat(64)}`;
const DIGEST = `sha256:${'b'.repeat(64)}`;

/** An engine that has every image, and a registry that is away until it is told to be there. */
function engineWith(registry: { isThere: boolean; asked: string[] }) {
  const getImage = (name: string) => ({
    inspect: () => Promise.resolve({ Id: ID, RepoDigests: [], RepoTags: [name], Config: {} }),
    distribution: () => {
      registry.asked.push(name);
      if (registry.isThere) return Promise.resolve({ Descriptor: { digest: DIGEST } });
      const message = 'Get "https://registry.example/v2/": dial tcp: connection refused';
      return Promise.reject(Object.assign(new Error(message), { statusCode: 500 }));
    },
  });
  return createImages({
    docker: { getImage } as unknown as Dockerode,
    runner: hostRunner,
    onSecret: () => undefined,
    dockerConfig: '/nonexistent',
  });
}

describe('a registry that cannot be reached', () => {
  it('is asked twice before an image of this host is taken, and once while it is known to be away', async () => {
    const registry = { isThere: false, asked: [] as string[] };
    const images = engineWith(registry);
    const resolve = (name: string) => images.resolve(`registry.example/${name}`, attemptOf());
    expect(await resolve('api:v1')).toMatchObject({ pinned: ID, inRegistry: false });
    expect(registry.asked).toHaveLength(2);
    expect(await resolve('web:v1')).toMatchObject({ pinned: ID });
    expect(registry.asked).toHaveLength(3);
    registry.isThere = true;
    const pinned = `registry.example/api@${DIGEST}`;
    expect(await resolve('api:v1')).toMatchObject({ pinned, inRegistry: true });
  });

  it('says nothing of another one', async () => {
    const registry = { isThere: false, asked: [] as string[] };
    const images = engineWith(registry);
    await images.resolve('registry.example/api:v1', attemptOf());
    await images.resolve('other.example/api:v1', attemptOf());
    expect(registry.asked).toHaveLength(4);
  });
});
