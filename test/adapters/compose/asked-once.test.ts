import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { Site } from '../../../activities/ports/site';
import { findProgram } from '../../../toolchain/find-program';
import { describeWith } from '../../support/requirements';

let asked: number;
let whileAsked: (() => Promise<void>) | undefined;
const counting: CommandRunner = {
  ...hostRunner,
  run: async (argv, options) => {
    asked += 1;
    const ended = await hostRunner.run(argv, options);
    await whileAsked?.();
    return ended;
  },
};

describeWith(['compose'], 'Compose is asked', () => {
  let folder: string;
  let site: Site;
  let compose: ReturnType<typeof createCompose>;

  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const describeApi = (image: string, api = '') =>
    write('compose.yaml', `services: {api: {image: "${image}"${api}}}\n`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-asked-'));
    site = { stack: 'melvin', directory: folder, secret: () => Promise.reject(new Error('none')) };
    compose = createCompose({
      program: async () => (await findProgram('compose')).path,
      ...{ runner: counting, services: { containers: () => Promise.resolve([]) } },
    });
    await describeApi('x:1');
    whileAsked = undefined;
    delete process.env['COMPOSE_PROFILES'];
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** As a look does: both at once. Returns the image, and how often Compose was started for it. */
  async function look(of = compose): Promise<readonly [string | undefined, number]> {
    asked = 0;
    const attempt: Attempt = {
      ...{ signal: new AbortController().signal, onProgress: () => undefined, owner: 'test' },
    };
    const [facts, model] = await Promise.all([of.facts(site, attempt), of.model(site, attempt)]);
    const { api } = model['services'] as Readonly<Record<string, { readonly image: string }>>;
    expect(Object.keys(model['services'] as object)).toContain('api');
    expect(facts.services.find(({ name }) => name === 'api')?.image).toBeDefined();
    return [api?.image, asked];
  }

  it('three times for all of a project without variables, and not again while it is the same', async () => {
    expect(await look()).toEqual(['x:1', 3]);
    expect(await look()).toEqual(['x:1', 0]);
  });

  it('again when its file, an override, its variables or its profiles are others', async () => {
    const changes: readonly (() => Promise<void> | void)[] = [
      () => describeApi('x:2'),
      () => write('compose.override.yaml', 'services: {api: {init: true}}\n'),
      () => unlink(join(folder, 'compose.override.yaml')),
      () => write('.env', 'A=1\n'),
      () => write('.env', 'A=2\n'),
      () => {
        process.env['COMPOSE_PROFILES'] = 'other';
      },
      () => {
        site = { ...site, services: ['api'] };
      },
    ];
    await look();
    for (const change of changes) {
      await change();
      expect((await look())[1]).toBeGreaterThan(0);
      expect((await look())[1]).toBe(0);
    }
  });

  it('again when an env file of a service is another, or is gone', async () => {
    await write('own.env', 'VIRTUAL_HOST=a.example\n');
    await describeApi('x:1', ', env_file: own.env');
    await look();
    expect(await look()).toEqual(['x:1', 0]);
    await write('own.env', 'VIRTUAL_HOST=b.example\n');
    expect((await look())[1]).toBeGreaterThan(0);
    await unlink(join(folder, 'own.env'));
    await expect(look()).rejects.toThrow('own.env');
  });

  it.each([
    ['includes others', 'include: [more.yaml]\nservices: {api: {image: "x:1"}}\n', ''],
    ['extends another', 'services: {api: {extends: {file: base.yaml, service: b}}}\n', ''],
    [
      'hides a word',
      'services: {api: {image: "x:1", "\\x65xtends": {service: b}}, b: {image: y}}\n',
      '',
    ],
    ['is chosen by a variable', 'services: {api: {image: "x:1"}}\n', 'COMPOSE_FILE=compose.yaml\n'],
    [
      'has an env file by a variable',
      'services: {api: {image: x, env_file: "${N}"}}\n',
      'N=./n.env\n',
    ],
  ])('each time of a project that %s', async (_what, text, variables) => {
    await write('more.yaml', 'services: {}\n');
    await write('base.yaml', 'services: {b: {image: x}}\n');
    await write('n.env', 'A=1\n');
    await write('.env', variables);
    await write('compose.yaml', text);
    await look();
    expect((await look())[1]).toBeGreaterThan(0);
  });

  it('again when a file was changed while it was asked', async () => {
    whileAsked = () => describeApi('x:2');
    await look().catch(() => undefined);
    whileAsked = undefined;
    expect(await look()).toEqual(['x:2', 3]);
  });

  describe('for hashes', () => {
    const attempt: Attempt = {
      ...{ signal: new AbortController().signal, onProgress: () => undefined, owner: 'test' },
    };
    const textOf = (api: object, other: string) =>
      JSON.stringify({
        name: 'asked',
        services: { api: { image: 'x:1', ...api }, other: { image: other } },
      });

    async function hashes(text: string, ...services: readonly string[]) {
      asked = 0;
      const found = await compose.hashes({ site, release: { text }, services, attempt });
      return [found, asked] as const;
    }

    it('once for a definition, whatever is beside it', async () => {
      const [first, times] = await hashes(textOf({}, 'y:1'), 'api', 'other');
      expect([first.size, times]).toEqual([2, 1]);
      expect(await hashes(textOf({}, 'y:2'), 'api')).toEqual([
        new Map([['api', first.get('api')]]),
        0,
      ]);
      const [second, again] = await hashes(textOf({}, 'y:2'), 'api', 'other');
      expect([second.get('api'), again]).toEqual([first.get('api'), 1]);
      expect(second.get('other')).not.toBe(first.get('other'));
    });

    it('again with other variables, and with another env file', async () => {
      const own = join(folder, 'own.env');
      await writeFile(own, 'A=1\n');
      const text = textOf({ env_file: [own], labels: { l: '${L}' } }, 'y');
      await write('.env', 'L=1\n');
      const seen = new Set<string | undefined>();
      for (const change of [
        () => write('.env', 'L=1\n'),
        () => write('.env', 'L=2\n'),
        () => writeFile(own, 'A=2\n'),
      ]) {
        await change();
        const [found, times] = await hashes(text, 'api');
        expect(times).toBe(2);
        seen.add(found.get('api'));
        expect(await hashes(text, 'api')).toEqual([found, 0]);
      }
      expect(seen.size).toBe(3);
    });
  });
});
