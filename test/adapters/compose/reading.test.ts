import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompose } from '../../../activities/adapters/compose/create-compose';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Site } from '../../../activities/ports/site';
import { findProgram } from '../../../toolchain/find-program';
import type { SwitchDeployment } from '../../../workflows/model/deployment';
import { renderRelease } from '../../../workflows/release/render-release';
import type { ComposeService } from '../../../workflows/release/compose-model';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';

const compose = createCompose({
  program: async () => (await findProgram('compose')).path,
  runner: hostRunner,
  services: { containers: () => Promise.resolve([]) },
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

  describe('with profiles that exclude each other', () => {
    const dev = { image: 'x', container_name: 'one', env_file: './missing.env', profiles: ['dev'] };
    const gpu = { image: 'x', container_name: 'one', profiles: ['gpu'] };
    const db = { image: 'x', profiles: ['db'] };
    const names = async () =>
      (await compose.facts(site, attempt)).services.map(({ name }) => name).sort();

    beforeEach(async () => {
      await appendFile(join(folder, '.env'), 'COMPOSE_PROFILES=db,other\n');
      const volumes = ['${DATA}:/d'];
      const services = { api: { image: 'x', depends_on: ['db'], volumes }, dev, gpu, db };
      await writeFile(join(folder, 'compose.yaml'), JSON.stringify({ services }));
    });

    it('is read as Compose does: with those of the active profiles', async () => {
      expect(await names()).toEqual(['api', 'db']);
      const { services } = await compose.model(site, attempt);
      expect(Object.keys(services as object).sort()).toEqual(['api', 'db', 'dev', 'gpu']);
    });

    it('has what the stack file names too, and what is active stays so', async () => {
      site = { ...site, services: ['api', 'gpu'] };
      expect(await names()).toEqual(['api', 'db', 'gpu']);
      const { services } = await compose.model(site, attempt);
      expect(services).toMatchObject({ gpu, api: { volumes: [{ type: 'bind' }] } });
    });

    it('tells what a release of it would run, whatever the others lack', async () => {
      site = { ...site, services: ['gpu'] };
      const model = await compose.model(site, attempt);
      const made = renderRelease({
        ...{ model, stack: 'melvin', release: 7, switchImage: 'h', switchFolder: () => '/s' },
        services: [{ deployment: { ...API, service: 'gpu' }, image: IMAGE }],
      });
      if ('obstacle' in made) throw new Error(made.obstacle);
      const release = { text: JSON.stringify(made.model) };
      const hashes = await compose.hashes({
        site,
        release,
        services: ['gpu', 'gpu-blue'],
        attempt,
      });
      expect([...hashes.keys()]).toEqual(['gpu', 'gpu-blue']);
      const file = join(folder, 'release.json');
      await writeFile(file, release.text);
      const { services } = await compose.facts(site, attempt, file);
      expect(services.map(({ name }) => name)).toContain('gpu-blue');
    });
  });

  it('leaves build arguments without a value to who builds, and keeps none', async () => {
    await describeApi({ build: { context: '.', args: ['PASSWORD', 'NOBODY_HAS_IT', 'A=${TZ}'] } });
    const { build } = await apiOf();
    expect(build).toMatchObject({ args: ['A=${TZ}', 'PASSWORD'] });
    await describeApi({ build: { context: '.', args: { NOBODY_HAS_IT: null } } });
    expect(await apiOf()).toMatchObject({ build: { dockerfile: 'Dockerfile' } });
  });

  it.each([
    [
      ['${PORT:-443}:${PORT:-443}', '80:80'],
      [443, 80],
    ],
    [['${ALL:-127.0.0.1:1:2}/${PROTO:-udp}'], [2]],
    [[{ target: '${PORT:-22}', published: '${PUB:-2222}' }], [22]],
    [['3000-3002:${PORT:-4000-4002}'], [4000, 4001, 4002]],
  ])('tells which ports %j are of the container', async (ports, targets) => {
    await describeApi({ ports });
    const read = (await apiOf()).ports as readonly { target: number; protocol: string }[];
    expect(read.map(({ target }) => target)).toEqual(targets);
  });

  it('leaves the host’s side of a port to the variables of then, where it may', async () => {
    await describeApi({ ports: ['${PORT:-80}:8000'] });
    expect((await apiOf()).ports).toEqual(['${PORT:-80}:8000']);
  });

  it('has from an env file what a proxy is told there, and nothing else', async () => {
    const lines = 'VIRTUAL_HOST=a.example\nVIRTUAL_PORT=$x\nLETSENCRYPT_EMAIL=b\nTOKEN=hunter3\n';
    await writeFile(join(folder, 'own.env'), lines);
    await describeApi({ env_file: 'own.env', environment: { A: '1', VIRTUAL_PORT: '9' } });
    expect((await apiOf()).environment).toEqual({
      ...{ A: '1', VIRTUAL_PORT: '9', VIRTUAL_HOST: 'a.example', LETSENCRYPT_EMAIL: 'b' },
    });
    await describeApi({ env_file: 'own.env', environment: ['VIRTUAL_PORT'] });
    const told = (await apiOf()).environment as readonly string[];
    expect([...told].sort()).toEqual([
      ...['LETSENCRYPT_EMAIL=b', 'VIRTUAL_HOST=a.example', 'VIRTUAL_PORT'],
    ]);
  });

  it('reads whatever Compose reads', async () => {
    const write = (name: string, text: string) => writeFile(join(folder, name), text);
    await mkdir(join(folder, 'sub'));
    await write(
      'sub/compose.yaml',
      'services: {included: {image: "x:${TZ}", volumes: [./d:/d]}}\n',
    );
    await write(
      'sub/base.yaml',
      'services: {base: {image: x, environment: {A: "${MODE}", B: b}}}\n',
    );
    await write('first.yaml', `\uFEFF${FIRST.replaceAll('\n', '\r\n')}`);
    await write('second.yaml', SECOND);
    site = { ...site, compose: { files: ['first.yaml', 'second.yaml'] }, services: ['api', 'job'] };
    const model = await compose.model(site, attempt);
    expect(model).toMatchObject({
      services: {
        included: { image: 'x:${TZ}', volumes: [{ source: join(folder, 'sub/d') }] },
        extended: { environment: ['A=${MODE}', 'B=c'] },
        api: { command: ['yes', 'no'], ports: [{ target: 9, published: '9' }] },
      },
    });
    expect(JSON.stringify(model)).not.toMatch(/hunter/);
    const { services } = await compose.facts(site, attempt);
    expect(services.map(({ name }) => name).sort()).toEqual(['api', 'extended', 'included', 'job']);
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
        ...{
          profiles: ['p'],
          extra_hosts: [],
          logging: { driver: 'local' },
          ulimits: { nofile: 100 },
        },
      },
      {
        ...{ networks: { a: {}, b: { internal: true } }, volumes: { vol: null } },
        ...{ secrets: { s: { environment: 'PASSWORD' } }, configs: { c: { content: '${TZ}' } } },
      },
    );
    site = { ...site, services: ['api'] };
    const made = renderRelease({
      ...{ model: await compose.model(site, attempt), stack: 'melvin', release: 7 },
      services: [{ deployment: API, image: IMAGE }],
      ...{ switchImage: 'haproxy@sha256:bb', switchFolder: () => '/var/$witch' },
    });
    if ('obstacle' in made) throw new Error(made.obstacle);
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(made.model));
    site = { ...site, services: ['api', 'api-blue', 'api-green'] };
    const { services } = await compose.facts(site, attempt);
    expect(services.map(({ name, image, replicas }) => [name, image, replicas])).toEqual([
      ['api', 'haproxy@sha256:bb', 1],
      ['api-blue', 'pawl/melvin-api:release-7', 2],
      ['api-green', 'pawl/melvin-api:release-7', 2],
    ]);
  });
});

const API: SwitchDeployment = {
  ...{ service: 'api', strategy: 'switch', port: 8000 },
  ready: { http: '/', consecutive: 1, timeoutSeconds: 60 },
  ...{ drainSeconds: 60, keepOldSeconds: 0, watchSeconds: 0 },
};

const IMAGE = { reference: 'x', pinned: 'x@sha256:aa', id: 'y' };

/** What a Compose file may have, as people write it. */
const FIRST = `name: reading
include: [sub/compose.yaml]
x-env: &env {A: "\${PASSWORD}", B: yes, C: 0x10, D: 1_000, F: 1e3, G: ~}
x-logging: &logging
  logging: {driver: json-file, options: {max-size: "10m"}}
services:
  api: &api
    <<: [*logging, {init: true}]
    image: x:latest
    command: ["yes", "no"]
    environment: *env
    env_file:
      - path: ./own.env
      - {path: ./missing.env, required: false, format: raw}
    ports: ["80:80", {target: 8000, published: "\${PORT:-8000}", mode: host, app_protocol: http}]
    expose: [9000, "9001-9003"]
    depends_on:
      job: {condition: service_completed_successfully, required: false}
      included: {condition: service_started, restart: true}
    build:
      context: .
      dockerfile_inline: |
        FROM x
        RUN echo $$HOME
      args: [PASSWORD, NOBODY_HAS_IT]
      additional_contexts: {more: ./sub}
      cache_from: ["x:\${TZ}"]
      ulimits: {nofile: 5}
    ulimits: {nproc: 65535, nofile: {soft: 1, hard: 2}}
    sysctls: [net.core.somaxconn=1024]
    extra_hosts: ["a:1.2.3.4", "host.docker.internal:host-gateway", "six:[::1]"]
    dns: 1.1.1.1
    tmpfs: /tmp
    volumes:
      - type: bind
        source: ./d
        target: /d
        bind: {create_host_path: true, selinux: z, propagation: rslave}
      - {type: tmpfs, target: /t, tmpfs: {size: 10mb, mode: 0o1777}}
      - {type: volume, source: data, target: /v, volume: {nocopy: true, subpath: a}}
      - /anonymous
      - ~/home:/home
    healthcheck: {test: ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], interval: 1m30s, start_interval: 2s}
    deploy:
      resources: {limits: {cpus: "0.50", memory: 50M, pids: 10}, reservations: {devices: [{driver: cdi, device_ids: [a], capabilities: [gpu]}]}}
      labels: {a: b}
    develop: {watch: [{path: ., action: sync, target: /x, ignore: [node_modules/]}]}
    configs: [{source: inline, target: /c, mode: 0440, uid: "1"}, of-variable]
    secrets: [of-variable, {source: of-file, target: t, mode: "0400"}]
    networks: {default: {aliases: [web], priority: 10}, six: {ipv6_address: "fd00:70:b::9", gw_priority: 1}}
    stop_grace_period: 1m
    mem_limit: 50m
    shm_size: 64m
    oom_score_adj: 100
    cap_add: [NET_ADMIN]
    security_opt: ["no-new-privileges:true"]
    annotations: {a: "1"}
    attach: false
    pull_policy: daily
    post_start: [{command: ["true"], user: root}]
    platform: linux/amd64
    x-more: {a: [1, {b: null}]}
  extended:
    extends: {file: sub/base.yaml, service: base}
    environment: ["B=c"]
    network_mode: host
  job:
    <<: *logging
    image: x
    profiles: [jobs]
    restart: "no"
    network_mode: "service:included"
    gpus: all
  other:
    image: x
    profiles: [other]
    env_file: ./nowhere.env
networks:
  default: {driver: bridge}
  six: {enable_ipv6: true, ipam: {config: [{subnet: "fd00:70:b::/64"}]}}
  away: {external: true, name: "\${NAME}-net"}
volumes:
  data:
  elsewhere: {driver: local, driver_opts: {type: nfs, o: "addr=1.2.3.4,\${MODE}", device: ":/x"}}
configs:
  inline: {content: "a \${TZ} $$b"}
  of-variable: {environment: PASSWORD}
secrets:
  of-variable: {environment: PASSWORD}
  of-file: {file: "\${DATA}/s"}
${Array.from({ length: 3000 }, (_, number) => `x-line-${number}: "${number} \${TZ}"`).join('\n')}
`;

const SECOND = `services:
  api:
    ports: !override ["9:9"]
    tmpfs: !reset []
    environment: {H: "\${MODE:+on}", I: "\${NOBODY_HAS_IT-}"}
`;
