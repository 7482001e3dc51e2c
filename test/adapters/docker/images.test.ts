import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { createImages } from '../../../activities/adapters/docker/create-images';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Images } from '../../../activities/ports/images';
import { docker, startContainer, TEST_IMAGES, uniqueName } from '../../support/docker';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';
import { makeImage, TestRegistry, USER } from './test-registry';

const NOBODY = `sha256:${'0'.repeat(64)}`;

function attemptOf(signal = new AbortController().signal, reports: unknown[] = []): Attempt {
  return { signal, onProgress: (bytes) => reports.push(bytes), owner: 'pawl:test' };
}

describeWith(['docker'], 'images', () => {
  let folder: string;
  let images: Images;
  const secretsRead: string[] = [];
  const onSecret = (secret: string) => void secretsRead.push(secret);
  const made: string[] = [];
  const make = async (tag: string, sizeBytes?: number) => {
    const id = await makeImage(tag, sizeBytes);
    made.push(id);
    return id;
  };
  const forget = (name: string) => docker.getImage(name).remove({ force: true }).catch(unlessGone);
  const resolve = (reference: string) => images.resolve(reference, attemptOf());
  const pull = (pinned: string, reports?: unknown[]) =>
    images.pull(pinned, attemptOf(undefined, reports));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-images-'));
    const dockerConfig = join(folder, 'nobody');
    images = createImages({ docker, runner: hostRunner, onSecret, dockerConfig });
  });
  afterEach(async () => {
    for (const id of made.splice(0)) await forget(id);
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe('of a registry', () => {
    let registry: TestRegistry;
    beforeAll(async () => (registry = await TestRegistry.start()));
    afterAll(() => registry.remove());
    const name = (title: string) => `${registry.address}/team/${uniqueName(title)}`;

    it('are pinned by what the tag means now, and an old pin can be pulled for ever', async () => {
      const repository = name('moves');
      const reference = `${repository}:v1`;
      const [first, second] = [await make(`${repository}:a`), await make(`${repository}:b`)];
      const old = await registry.push(first, reference);
      for (const tag of ['a', 'b']) await forget(`${repository}:${tag}`);
      await forget(first);
      expect(await resolve(reference)).toEqual({ reference, pinned: old, inRegistry: true });

      await make(`${repository}:b`);
      const moved = await registry.push(await make(`${repository}:c`), reference);
      expect(moved).not.toBe(old);
      expect(await resolve(reference)).toMatchObject({ pinned: moved, inRegistry: true });
      expect(await pull(old)).toEqual({ id: first });
      expect(await resolve(old)).toEqual({
        ...{ reference: old, pinned: old, id: first, inRegistry: true },
      });
      expect(second).not.toBe(first);
    });

    it('are the same however the reference is written', async () => {
      const repository = name('same');
      const pinned = await registry.push(await make(`${repository}:x`), `${repository}:latest`);
      for (const reference of [
        repository,
        `${repository}:latest`,
        `${repository}:9@${digestOf(pinned)}`,
      ]) {
        expect(await resolve(reference)).toMatchObject({ reference, pinned, inRegistry: true });
      }
    });

    it('tell the bytes while they are pulled, and are left alone when they are there', async () => {
      const repository = name('large');
      const id = await make(`${repository}:x`, 8_000_000);
      const pinned = await registry.push(id, `${repository}:v1`);
      await forget(id);
      const reports: unknown[] = [];
      expect(await pull(pinned, reports)).toEqual({ id });
      const bytes = reports.filter((report) => typeof report === 'number');
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      // The engine tells little of what comes fast.
      expect(bytes.at(-1)).toBeGreaterThan(10_000);
      const again: unknown[] = [];
      expect(await pull(pinned, again)).toEqual({ id });
      expect(again).toEqual([]);
    });

    it('are taken from this host when the registry does not know them', async () => {
      const reference = `${name('built')}:dev`;
      const id = await make(reference);
      expect(await resolve(reference)).toEqual({ reference, pinned: id, id, inRegistry: false });
      expect(await resolve(id)).toEqual({ reference: id, pinned: id, id, inRegistry: false });
      expect(await pull(id)).toEqual({ id });
    });

    it('are nowhere: both places are named', async () => {
      const repository = name('nowhere');
      for (const reference of [`${repository}:v1`, `${repository}@${NOBODY}`, NOBODY]) {
        const failure = await failureOf(resolve(reference));
        expect(failure.kind).toBe('PreconditionFailed');
        expect(failure.message).toMatch(
          /neither .* registry \(.*(unknown|alone).*\) nor on this host/,
        );
      }
      for (const pinned of [`${repository}@${NOBODY}`, NOBODY]) {
        expect((await failureOf(pull(pinned))).kind).toBe('PreconditionFailed');
      }
    });
  });

  describe('of a registry that is away', () => {
    it('are taken from this host: by its digest what came from there, else by its id', async () => {
      const registry = await TestRegistry.start();
      const repository = `${registry.address}/${uniqueName('away')}`;
      try {
        const id = await make(`${repository}:x`);
        const pinned = await registry.push(id, `${repository}:v1`);
        await forget(`${repository}:x`);
        await forget(id);
        await pull(pinned);
        await docker.getImage(pinned).tag({ repo: repository, tag: 'v1' });
        const built = await make(`${repository}-built:v1`);
        await registry.stop();
        const came = await resolve(`${repository}:v1`);
        expect(came).toMatchObject({ pinned, id, inRegistry: true });
        expect(await resolve(`${repository}-built:v1`)).toMatchObject({
          ...{ pinned: built, id: built, inRegistry: false },
        });
        expect(await pull(pinned)).toEqual({ id });
      } finally {
        await registry.remove();
      }
    });

    it('are nowhere when this host has none; a pull waits for the registry', async () => {
      const failure = await failureOf(resolve('127.0.0.1:1/api:v1'));
      expect(failure.kind).toBe('PreconditionFailed');
      expect(failure.message).toMatch(/api:v1 .*connection refused.* nor on this host/);
      const pulling = await failureOf(pull(`127.0.0.1:1/api@${NOBODY}`));
      expect(pulling.kind).toBe('ServiceUnavailable');
    });

    it('are given up when the attempt is aborted, with the reason', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      try {
        for (const call of ['resolve', 'pull'] as const) {
          const controller = new AbortController();
          const reason = new Error('cancelled');
          const connected = once(silent, 'connection');
          const pinned = `127.0.0.1:${port}/api@${NOBODY}`;
          const calling = images[call](pinned, attemptOf(controller.signal));
          await Promise.race([connected, calling]);
          controller.abort(reason);
          await expect(calling).rejects.toBe(reason);
        }
      } finally {
        silent.close();
        for (const socket of sockets) socket.destroy();
      }
    });
  });

  describe('of a registry that asks who it is', () => {
    let registry: TestRegistry;
    let path: string | undefined;
    beforeAll(async () => {
      registry = await TestRegistry.start({ asks: true });
      path = process.env['PATH'];
    });
    afterEach(() => (process.env['PATH'] = path));
    afterAll(() => registry.remove());

    /** As `docker login` would have written it. */
    async function loggedIn(config: unknown): Promise<Images> {
      const dockerConfig = await mkdtemp(join(folder, 'docker-'));
      const text = typeof config === 'string' ? config : JSON.stringify(config);
      await writeFile(join(dockerConfig, 'config.json'), text);
      return createImages({ docker, runner: hostRunner, onSecret, dockerConfig });
    }
    const authOf = (password: string) =>
      Buffer.from(`${USER.username}:${password}`).toString('base64');
    const pushed = async (title: string) => {
      const repository = `${registry.address}/${uniqueName(title)}`;
      const id = await make(`${repository}:x`);
      const pinned = await registry.push(id, `${repository}:v1`);
      await forget(id);
      return { repository, reference: `${repository}:v1`, id, pinned };
    };

    it('are had with what `docker login` has kept, which is redacted from then on', async () => {
      const { reference, id, pinned } = await pushed('kept');
      for (const key of [registry.address, `http://${registry.address}/v1/`]) {
        const known = await loggedIn({ auths: { [key]: { auth: authOf(USER.password) } } });
        secretsRead.length = 0;
        expect(await known.resolve(reference, attemptOf())).toMatchObject({ pinned });
        expect(secretsRead).toEqual([USER.password]);
        expect(await known.pull(pinned, attemptOf())).toEqual({ id });
        await forget(id);
      }
    });

    it('are had with what a credential helper knows', async () => {
      const { reference, pinned } = await pushed('helped');
      const programs = join(folder, 'programs');
      await mkdir(programs, { recursive: true });
      const helper = join(programs, 'docker-credential-pawltest');
      const secret = JSON.stringify({ Username: USER.username, Secret: USER.password });
      const none = 'credentials not found in native keychain';
      await writeFile(
        helper,
        `#!/bin/sh\n[ "$1:$(cat)" = "get:${registry.address}" ] && echo '${secret}' || { echo ${none}; exit 1; }\n`,
      );
      await chmod(helper, 0o755);
      process.env['PATH'] = `${programs}:${path ?? ''}`;
      for (const config of [
        { credsStore: 'pawltest' },
        { credsStore: 'no-such', credHelpers: { [registry.address]: 'pawltest' } },
      ]) {
        secretsRead.length = 0;
        const known = await loggedIn(config);
        expect(await known.resolve(reference, attemptOf())).toMatchObject({ pinned });
        expect(secretsRead).toEqual([USER.password]);
      }
      const elsewhere = await loggedIn({ credsStore: 'pawltest' });
      const failure = await failureOf(elsewhere.resolve('127.0.0.1:1/api:v1', attemptOf()));
      expect(failure.message).toContain('connection refused');
      const missing = await loggedIn({ credsStore: 'no-such' });
      const lacks = await failureOf(missing.resolve(reference, attemptOf()));
      expect([lacks.kind, lacks.message]).toEqual([
        'PreconditionFailed',
        expect.stringContaining('docker-credential-no-such'),
      ]);
    });

    it('are refused to others, and no secret is told', async () => {
      const { reference, pinned } = await pushed('refused');
      const wrong = await loggedIn({
        auths: { [registry.address]: { auth: authOf('wr0ng-one') } },
      });
      const broken = await loggedIn(`{"auths": "wr0ng-one`);
      for (const call of [
        resolve(reference),
        pull(pinned),
        wrong.resolve(reference, attemptOf()),
        wrong.pull(pinned, attemptOf()),
      ]) {
        const failure = await failureOf(call);
        expect(failure.kind).toBe('CredentialsRejected');
        expect(failure.message).toContain(registry.address);
        expect(`${failure.message} ${JSON.stringify(failure.evidence)}`).not.toContain('wr0ng');
      }
      const failure = await failureOf(broken.resolve(reference, attemptOf()));
      expect(failure.kind).toBe('PreconditionFailed');
      expect(`${failure.message} ${String(failure.cause)}`).not.toContain('wr0ng');
    });

    it('are not taken from this host when they once came from there', async () => {
      const { repository, reference, pinned } = await pushed('stale');
      const known = await loggedIn({
        auths: { [registry.address]: { auth: authOf(USER.password) } },
      });
      made.push((await known.pull(pinned, attemptOf())).id);
      await docker.getImage(pinned).tag({ repo: repository, tag: 'v1' });
      expect((await failureOf(resolve(reference))).kind).toBe('CredentialsRejected');
      const id = await make(`${repository}:never-pushed`);
      expect(await resolve(`${repository}:never-pushed`)).toMatchObject({ pinned: id });
    });
  });

  it('are removed when they have no name and nothing uses them', async () => {
    const name = uniqueName('unused');
    // The tag moves on: those before have none any more.
    const [unused, used, named] = [
      await make(`${name}:moves`),
      await make(`${name}:moves`),
      await make(`${name}:moves`),
    ];
    const container = await startContainer({ image: used, command: ['/content'], started: false });
    try {
      await images.removeUnused([NOBODY, used, named, unused]);
      await images.removeUnused([unused]);
      const there = (id: string) =>
        docker
          .getImage(id)
          .inspect()
          .then(
            () => true,
            () => false,
          );
      expect(await Promise.all([unused, used, named].map(there))).toEqual([false, true, true]);
    } finally {
      await container.remove();
    }
  });

  it('are held by names of their own, which go but for those that are kept', async () => {
    const name = uniqueName('held');
    const [one, two] = [await make(`${name}:moves`), await make(`${name}:moves`)];
    for (const id of [one, one, two]) {
      await images.tag(id, `${name}-api:release-${id === one ? 1 : 2}`);
    }
    await images.tag(one, `${name}-api-2:release-1`);
    await images.dropNames(`${name}-api`, (tag) => tag !== 'release-1');
    const namesOf = async (id: string) => (await docker.getImage(id).inspect()).RepoTags;
    expect(await namesOf(one)).toEqual([`${name}-api-2:release-1`]);
    expect((await namesOf(two)).sort()).toEqual([`${name}-api:release-2`, `${name}:moves`]);
    expect(await failureOf(images.tag(NOBODY, `${name}:x`))).toMatchObject({
      kind: 'PreconditionFailed',
    });
  });

  it('tell which volumes they declare', async () => {
    const { container } = await startContainer({ image: TEST_IMAGES.base, started: false });
    const name = uniqueName('volumes');
    try {
      await container.commit({ repo: name, tag: 'x', changes: 'VOLUME /data' });
      made.push((await docker.getImage(`${name}:x`).inspect()).Id);
      expect(await images.declaredVolumes(`${name}:x`, attemptOf())).toEqual(['/data']);
      expect(await images.declaredVolumes(TEST_IMAGES.base, attemptOf())).toEqual([]);
      expect(await images.declaredVolumes(NOBODY, attemptOf())).toBeUndefined();
    } finally {
      await container.remove();
    }
  });
});

describe('an image without a registry in its name', () => {
  /** An engine that has every image, and to which Docker Hub answers so. */
  async function engineTold(message: string) {
    const server = createHttpServer(({ url = '' }, response) => {
      const isQuestion = url.startsWith('/distribution/');
      const image = { Id: NOBODY, RepoDigests: [`melvin-api@${NOBODY}`, `acme/api@${NOBODY}`] };
      response.statusCode = isQuestion ? 403 : 200;
      response.end(JSON.stringify(isQuestion ? { message } : image));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const engine = new Dockerode({ protocol: 'http', host: '127.0.0.1', port });
    const options = {
      docker: engine,
      runner: hostRunner,
      onSecret: () => undefined,
      dockerConfig: '/nowhere',
    };
    return { images: createImages(options), close: () => server.close() };
  }
  const DENIED = 'errors:\ndenied: requested access to the resource is denied';

  it.each([
    ['was built here: Docker Hub denies what it does not have', 'melvin-api', DENIED, undefined],
    ['is not taken for it with a wrong password', 'melvin-api', 'unauthorized: incorrect', true],
    ['is not taken for it in a folder of somebody', 'acme/api', DENIED, true],
  ])('%s', async (_title, reference, message, isRefused) => {
    const { images, close } = await engineTold(message);
    try {
      const resolving = images.resolve(reference, attemptOf());
      if (isRefused) expect((await failureOf(resolving)).kind).toBe('CredentialsRejected');
      else expect(await resolving).toMatchObject({ id: NOBODY });
    } finally {
      close();
    }
  });
});

describe('images of an engine that is away', () => {
  const away = createImages({
    docker: new Dockerode({ socketPath: '/nowhere/d.sock' }),
    runner: hostRunner,
    onSecret: () => undefined,
  });
  it.each([
    ['resolve', () => away.resolve('api:v1', attemptOf())],
    ['pull', () => away.pull(`api@${NOBODY}`, attemptOf())],
    ['removeUnused', () => away.removeUnused([NOBODY])],
  ])('are unavailable: %s', async (_name, call) => {
    const failure = await failureOf(call());
    expect(failure.kind).toBe('ServiceUnavailable');
    expect(failure.message).toContain('/nowhere/d.sock');
  });
});

function digestOf(pinned: string): string {
  return pinned.split('@')[1] ?? '';
}

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as Error;
}
