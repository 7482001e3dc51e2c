import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { docker, startContainer, TEST_IMAGES, type TestContainer } from '../../support/docker';
import { until } from '../../support/processes';
import { followed } from '../../images/base-image';

export const USER = { username: 'pawl', password: 's3cret' };

const ASKS = {
  REGISTRY_AUTH: 'htpasswd',
  REGISTRY_AUTH_HTPASSWD_REALM: 'pawl',
  REGISTRY_AUTH_HTPASSWD_PATH: '/etc/docker/registry/htpasswd',
};

/** A registry on 127.0.0.1, which engines trust without TLS. */
export class TestRegistry {
  private constructor(
    private readonly container: TestContainer,
    readonly address: string,
  ) {}

  static async start({ asks = false } = {}): Promise<TestRegistry> {
    const environment = asks ? ASKS : {};
    const image = TEST_IMAGES.registry;
    const container = await startContainer({
      title: 'registry',
      image,
      environment,
      ports: [5000],
    });
    const registry = new TestRegistry(container, `127.0.0.1:${await container.portOf(5000)}`);
    await until(() => registry.answers());
    return registry;
  }

  /** Pushes what has this id under a reference, and forgets the reference here again. Answers with the digest. */
  async push(id: string, reference: string): Promise<string> {
    const [, repo = '', tag = ''] = /^(.*):([^:/]+)$/.exec(reference) ?? [];
    await docker.getImage(id).tag({ repo, tag });
    const named = docker.getImage(reference);
    await followed(docker, await named.push({ authconfig: USER }), reference);
    const { RepoDigests } = await named.inspect();
    const digest = RepoDigests.find((each) => each.startsWith(`${repo}@`)) ?? '';
    await named.remove();
    return digest;
  }

  async stop(): Promise<void> {
    await this.container.container.stop({ t: 0 });
  }

  async remove(): Promise<void> {
    await this.container.remove();
  }

  /** Docker's own proxy accepts connections from the first moment, and closes them or never answers. */
  private async answers(): Promise<true | undefined> {
    return fetch(`http://${this.address}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => undefined,
    );
  }
}

/** An image unlike any other: one file of random bytes. Answers with its id. */
export async function makeImage(tag: string, sizeBytes = 1000): Promise<string> {
  const [, repo = '', name = ''] = /^(.*):([^:/]+)$/.exec(tag) ?? [];
  const archive = pack();
  archive.entry({ name: 'content' }, randomBytes(sizeBytes));
  archive.finalize();
  const importing = await docker.importImage(Readable.from(archive), { repo, tag: name });
  await followed(docker, importing, tag);
  return (await docker.getImage(tag).inspect()).Id;
}
