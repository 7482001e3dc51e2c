import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt, Site } from '../../../activities/ports';
import { findProgram } from '../../../toolchain/find-program';
import type { SwitchDeployment } from '../../../workflows/model/deployment';
import { renderRelease } from '../../../workflows/plan/render-release';
import type { ComposeService } from '../../../workflows/plan/release/compose-model';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';

const compose = createCompose({
  program: async () => (await findProgram('compose')).path,
  runner: hostRunner,
});
const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

describeWith(['compose'], 'A Compose project with variables', () => {
  let folder: string;
  let site: Site;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-reading-'));
    site = { stack: 'melvin', directory: folder, secret: () => Promise.reject(new Error('none')) };
    await writeFile(
      join(folder, '.env'),
      'PASSWORD=hunter2\nDATA=./data\nABSOLUTE=/srv/data\nMODE=ro\nTZ=Europe/Berlin\nNAME=named\n',
    );
    await writeFile(join(folder, 'own.env'), 'TOKEN=hunter3\n');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function describeApi(api: object, more: object = {}): Promise<void> {
    const model = { services: { api: { image: 'x', ...api } }, ...more };
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(model));
  }

  async function apiOf(): Promise<ComposeService> {
    const { services } = await compose.model(site, attempt);
    return (services as Record<string, ComposeService>)['api'] ?? {};
  }

  it('keeps no value of `.env`, of an env file, or of what is handed through', async () => {
    await describeApi({
      environment: { A: '${PASSWORD}', PASSWORD: null, D: 'a$$b' },
      ...{ env_file: 'own.env', command: ['echo', '$PASSWORD'], labels: { a: '${PASSWORD}' } },
    });
    const model = JSON.stringify(await compose.model(site, attempt));
    expect(model).not.toMatch(/hunter/);
    expect(model).toContain('a$$b');
    expect(JSON.stringify(await compose.facts(site, attempt))).not.toMatch(/hunter/);
  });

  it.each([
    ['${DATA}:/d', { type: 'bind', source: 'FOLDER/data', target: '/d' }],
    ['${ABSOLUTE}/sub:/d:${MODE}', { type: 'bind', source: '/srv/data/sub', read_only: true }],
    ['./data:/d:${MODE:-rw}', { type: 'bind', source: 'FOLDER/data', read_only: true }],
    ['${OTHER:-./d}:/d', { type: 'bind', source: 'FOLDER/d' }],
    ['${OTHER:-vol}:/d', { type: 'volume', source: 'vol' }],
  ])('mounts %s as Compose does once its variables are replaced', async (volume, mount) => {
    await describeApi({ volumes: [volume] }, { volumes: { vol: {} } });
    const { volumes } = await apiOf();
    const text = JSON.stringify(volumes).replaceAll(folder, 'FOLDER');
    expect(JSON.parse(text)).toEqual([expect.objectContaining(mount)]);
  });

  it('leaves a path that begins with a variable as it is, absolute or not', async () => {
    const api = { env_file: ['${NAME:-own}.env'], secrets: ['s'], build: '${ABSOLUTE}/ctx' };
    await writeFile(join(folder, 'named.env'), 'A=1\n');
    await describeApi(api, { secrets: { s: { file: '${ABSOLUTE}/s' } } });
    const model = await compose.model(site, attempt);
    expect(model).toMatchObject({
      secrets: { s: { file: '${ABSOLUTE}/s' } },
      services: {
        api: { env_file: [{ path: '${NAME:-own}.env' }], build: { context: '${ABSOLUTE}/ctx' } },
      },
    });
  });

  it('names the project, and what is named for it, as Compose does', async () => {
    const networks = { default: {}, other: { name: '${NAME}-net' } };
    await describeApi({ networks: ['default', 'other'] }, { name: '${NAME}', networks });
    expect(await compose.model(site, attempt)).toMatchObject({
      name: 'named',
      networks: { default: { name: 'named_default' }, other: { name: 'named-net' } },
    });
    expect(await compose.facts(site, attempt)).toMatchObject({ project: 'named' });
  });

  it('has the time zone of `.env`, not of the worker', async () => {
    await describeApi({ image: 'x:${TZ}' });
    const facts = await compose.facts(site, attempt);
    expect(facts.services[0]?.image).toBe('x:Europe/Berlin');
  });

  it('knows services of every profile', async () => {
    await describeApi({ profiles: ['jobs'] });
    const facts = await compose.facts(site, attempt);
    expect(facts.services.map(({ name }) => name)).toEqual(['api']);
    expect(await apiOf()).toMatchObject({ profiles: ['jobs'] });
  });

  it.each([
    [false, 'services.api.environment'],
    [true, 'with its variables left in place'],
  ])('is refused where a variable cannot stay (%s), without a value', async (required, told) => {
    await mkdir(join(folder, 'sub'));
    const base = { image: 'x', env_file: [{ path: '${FILE}', required }] };
    await writeFile(join(folder, 'sub/base.yaml'), JSON.stringify({ services: { base } }));
    await appendFile(join(folder, '.env'), `FILE=${folder}/own.env\n`);
    await describeApi({ extends: { file: 'sub/base.yaml', service: 'base' } });
    const failure = await failureOf(compose.model(site, attempt));
    expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
    expect(failure.message).toContain(told);
    expect(failure.message).not.toMatch(/hunter/);
  });

  it('tells no value of an `.env` that cannot be read', async () => {
    await writeFile(join(folder, '.env'), 'PASSWORD="hunter2\n');
    await describeApi({});
    for (const asked of [compose.model(site, attempt), compose.facts(site, attempt)]) {
      const failure = await failureOf(asked);
      expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
      expect(failure.message).toContain('.env: line 2');
      expect(JSON.stringify([failure.message, failure.evidence])).not.toContain('hunter2');
    }
  });

  it('is a release’s file that Compose reads, with all that a service can have', async () => {
    await describeApi(
      {
        ...{
          ports: ['${PORT:-8000}:8000'],
          environment: { A: '${PASSWORD}' },
          env_file: 'own.env',
        },
        ...{ volumes: ['${DATA}:/d', 'vol:/v'], secrets: ['s'], configs: ['c'], init: true },
        ...{ networks: { a: { aliases: ['web'] }, b: null }, deploy: { replicas: '${N:-2}' } },
        ...{ healthcheck: { test: 'true' }, labels: ['v=1_000'], stop_grace_period: '5s' },
        ...{ profiles: ['p'], logging: { driver: 'local' }, ulimits: { nofile: 100 } },
      },
      {
        ...{ networks: { a: {}, b: { internal: true } }, volumes: { vol: null } },
        ...{ secrets: { s: { environment: 'PASSWORD' } }, configs: { c: { content: '${TZ}' } } },
      },
    );
    const made = renderRelease({
      ...{ model: await compose.model(site, attempt), stack: 'melvin', release: 7 },
      services: [{ deployment: API, image: { reference: 'x', pinned: 'x@sha256:aa', id: 'y' } }],
      ...{ switchImage: 'haproxy@sha256:bb', switchFolder: () => '/var/$witch' },
    });
    if ('obstacle' in made) throw new Error(made.obstacle);
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(made.model));
    const { services } = await compose.facts(site, attempt);
    expect(services.map(({ name, image, replicas }) => [name, image, replicas])).toEqual([
      ['api', 'haproxy@sha256:bb', 1],
      ['api-blue', 'x@sha256:aa', 2],
      ['api-green', 'x@sha256:aa', 2],
    ]);
  });
});

const API: SwitchDeployment = {
  ...{ service: 'api', strategy: 'switch', port: 8000 },
  ready: { http: '/', consecutive: 1, timeoutSeconds: 60 },
  ...{ drainSeconds: 60, keepOldSeconds: 0, watchSeconds: 0 },
};
