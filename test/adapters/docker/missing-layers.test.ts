import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImages } from '../../../activities/adapters/docker/create-images';
import { parseImageReference } from '../../../activities/adapters/docker/image-reference';
import { registryImage } from '../../../activities/adapters/docker/registry-layers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import { docker, uniqueName } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { makeImage, TestRegistry, USER } from './test-registry';

const SIZE = 2_000_000;
const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'pawl:test',
};

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'pawl-layers-'))));
afterAll(() => rm(folder, { recursive: true }));

const loggedIn = async (registry: string): Promise<string> => {
  const auth = Buffer.from(`${USER.username}:${USER.password}`).toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }));
  return folder;
};

const onSecret = (): void => undefined;

describeWith(['docker'], 'what a pull would fetch', () => {
  const made: string[] = [];
  const forget = (name: string) => docker.getImage(name).remove({ force: true }).catch(unlessGone);
  afterEach(async () => {
    for (const id of made.splice(0)) await forget(id);
  });

  /** Two layers, of which another image of this host has the lower one. */
  async function twoLayers(repository: string): Promise<{ lower: string; upper: string }> {
    const lower = await makeImage(`${repository}:lower`, SIZE);
    const container = await docker.createContainer({ Image: lower, Cmd: ['/content'] });
    const other = await makeImage(`${repository}:other`, SIZE);
    const layer = await docker.createContainer({ Image: other, Cmd: ['/content'] });
    await container.putArchive(await layer.getArchive({ path: '/content' }), { path: '/' });
    await container.commit({ repo: repository, tag: 'upper' });
    for (const each of [container, layer]) await each.remove();
    const upper = (await docker.getImage(`${repository}:upper`).inspect()).Id;
    made.push(lower, other, upper);
    return { lower, upper };
  }

  it.each([false, true])(
    'is the layers that no image here has; the registry asks for a login: %s',
    async (asks) => {
      const registry = await TestRegistry.start({ asks });
      try {
        const repository = `${registry.address}/team/${uniqueName('layers')}`;
        const dockerConfig = await loggedIn(registry.address);
        const images = createImages({ docker, runner: hostRunner, onSecret, dockerConfig });
        const { lower, upper } = await twoLayers(repository);
        const pinned = await registry.push(upper, `${repository}:v1`);
        expect(await images.missingLayers(`${repository}:upper`, attempt)).toEqual([]);

        await forget(`${repository}:upper`);
        await forget(upper);
        const above = await images.missingLayers(pinned, attempt);
        expect(above?.map(({ sizeBytes }) => Math.round(sizeBytes / SIZE))).toEqual([1]);

        await forget(`${repository}:lower`);
        await forget(lower);
        const all = await images.missingLayers(pinned, attempt);
        expect(all?.map(({ sizeBytes }) => Math.round(sizeBytes / SIZE))).toEqual([1, 1]);

        const nobody = createImages({
          docker,
          runner: hostRunner,
          onSecret,
          dockerConfig: '/nowhere',
        });
        const unknown = await nobody.missingLayers(pinned, attempt);
        expect(unknown === undefined).toBe(asks);
      } finally {
        await registry.remove();
      }
    },
  );

  it('is not known when the registry is away', async () => {
    const images = createImages({ docker, runner: hostRunner, onSecret, dockerConfig: '/nowhere' });
    const pinned = `127.0.0.1:1/api@sha256:${'0'.repeat(64)}`;
    expect(await images.missingLayers(pinned, attempt)).toBeUndefined();
  });
});

it('asks for a token where the registry wants one, and takes the image of the platform', async () => {
  const asked: string[] = [];
  const layers = [{ digest: 'sha256:1', size: 7 }];
  const answers: Record<string, object> = {
    '/v2/team/api/manifests/v1': {
      manifests: [
        { digest: 'sha256:arm', platform: { os: 'linux', architecture: 'arm64' } },
        { digest: 'sha256:amd', platform: { os: 'linux', architecture: 'amd64' } },
      ],
    },
    '/v2/team/api/manifests/sha256:amd': { config: { digest: 'sha256:c', size: 1 }, layers },
    '/v2/team/api/blobs/sha256:c': {
      ...{ rootfs: { diff_ids: ['sha256:d'] }, config: { Volumes: { '/data': {} } } },
    },
  };
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.authorization ?? '-'}`);
    if (url.startsWith('/token')) {
      response.end('{"token": "t0ken"}');
      return;
    }
    if (headers.authorization !== 'Bearer t0ken') {
      response.statusCode = 401;
      const realm = `http://${headers.host ?? ''}/token`;
      response.setHeader('www-authenticate', `Bearer realm="${realm}",service="s",scope="a:b"`);
    }
    response.end(JSON.stringify(answers[url] ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const image = parseImageReference(`${registry}/team/api:v1`);
    if (image.kind === 'id') throw new Error('no name');
    const credentials = { folder: await loggedIn(registry), runner: hostRunner, onSecret };
    const platform = { os: 'linux', architecture: 'amd64' };
    expect(await registryImage(image, platform, credentials, attempt.signal)).toEqual({
      layers: [{ digest: 'sha256:1', sizeBytes: 7, diffId: 'sha256:d' }],
      volumes: ['/data'],
    });
    expect(asked.slice(0, 2)).toEqual([
      '/v2/team/api/manifests/v1 -',
      expect.stringMatching(/^\/token\?service=s&scope=a%3Ab Basic /) as string,
    ]);
  } finally {
    server.close();
  }
});

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as Error;
}
