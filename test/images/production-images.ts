import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Dockerode from 'dockerode';
import { parse } from 'yaml';
import { buildModule } from '../../toolchain/build-module';
import { findProgram } from '../../toolchain/find-program';
import type { Program } from '../../toolchain/program';
import { fillCache } from '../../toolchain/program-cache';
import { surroundingsOfProcess } from '../../toolchain/surroundings';
import { ensureImage, filesOf, onBase, RECIPE_LABEL, type Files } from './build-images';
import { TEST_IMAGES } from './test-images';

const run = promisify(execFile);
const COMPOSE_FILE = join(__dirname, '../../docker-compose.temporal.yml');
const MODULES = join(__dirname, 'modules');
const SERVER_MODULE = 'go.temporal.io/server';
const UI_MODULE = 'github.com/temporalio/ui-server/v2';

/** How a stand-in of the image of one version is made: answers with its tag. */
type Maker = (docker: Dockerode, base: string, version: string) => Promise<string>;

const MAKERS: Readonly<Record<string, Maker>> = {
  'temporalio/server': makeServer,
  'temporalio/admin-tools': makeAdminTools,
  'temporalio/ui': makeUi,
  postgres: () => Promise.resolve(TEST_IMAGES.postgres),
};

/** Names of the images of `docker-compose.temporal.yml`, each once. */
export async function productionImages(): Promise<readonly string[]> {
  const { services } = parse(await readFile(COMPOSE_FILE, 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, { readonly image: string }>>;
  };
  return [...new Set(Object.values(services).map(({ image }) => image))];
}

/**
 * Gives the engine the images of these names: the publisher's where they are there or a registry answers, else stand-ins made of the
 * same Go modules and of Debian's PostgreSQL.
 * Shape:  → names that are stand-ins now: `forgetStandIns` takes them away, so that nobody takes them for the publisher's
 * Retry:  safe. First time some minutes for Go, then seconds.
 */
export async function ensureProductionImages(
  docker: Dockerode,
  names: readonly string[],
): Promise<readonly string[]> {
  const standIns: string[] = [];
  await onBase(docker, async (base) => {
    for (const name of names) {
      if (await isPublishers(docker, name)) continue;
      const [repository = '', version = ''] = name.split(':');
      const make = MAKERS[repository];
      if (make === undefined) throw new Error(`nothing stands for ${name}`);
      const made = await make(docker, base, version);
      await docker.getImage(made).tag({ repo: repository, tag: version });
      standIns.push(name);
    }
  });
  return standIns;
}

/** Takes the publishers' names from them; under their own they stay. */
export async function forgetStandIns(docker: Dockerode, names: readonly string[]): Promise<void> {
  for (const name of names) await docker.getImage(name).remove({ noprune: true });
}

async function isPublishers(docker: Dockerode, name: string): Promise<boolean> {
  const present = await docker
    .getImage(name)
    .inspect()
    .catch(() => undefined);
  if (present !== undefined) {
    const labels = present.Config.Labels as Record<string, string> | null | undefined;
    return labels?.[RECIPE_LABEL] === undefined;
  }
  const pulling = await docker.pull(name).catch(() => undefined);
  if (pulling === undefined) return false;
  return new Promise((resolve) => {
    docker.modem.followProgress(pulling, (error) => {
      resolve(error === null);
    });
  });
}

async function makeServer(docker: Dockerode, base: string, version: string): Promise<string> {
  const source = await sourceOf(`temporal-server-${version}`, SERVER_MODULE);
  const files = {
    ...(await filesOf('temporal-server')),
    'temporal-server': await readFile(await programOf(serverProgram(version))),
    'entrypoint.sh': await readFile(join(source, 'docker/scripts/sh/entrypoint.sh')),
  };
  return made(docker, `pawl-test/temporal-server:${version}`, base, files);
}

async function makeAdminTools(docker: Dockerode, base: string, version: string): Promise<string> {
  const source = await sourceOf(`temporal-server-${version}`, SERVER_MODULE);
  const files = {
    ...(await filesOf('temporal-admin-tools')),
    'temporal-sql-tool': await readFile(await programOf(sqlToolProgram(version))),
    temporal: await readFile((await findProgram('temporal')).path),
    ...(await schemaFiles(source)),
  };
  return made(docker, `pawl-test/temporal-admin-tools:${version}`, base, files);
}

async function makeUi(docker: Dockerode, base: string, version: string): Promise<string> {
  const source = await sourceOf(`temporal-ui-${version}`, UI_MODULE);
  const files = {
    ...(await filesOf('temporal-ui')),
    'ui-server': await readFile(await programOf(uiProgram(version))),
    'start-ui-server.sh': await readFile(join(source, 'docker/start-ui-server.sh')),
    'docker.yaml': await readFile(join(source, 'config/docker.yaml')),
  };
  return made(docker, `pawl-test/temporal-ui:${version}`, base, files);
}

async function made(
  docker: Dockerode,
  tag: string,
  base: string,
  files: Files,
): Promise<string> {
  await ensureImage(docker, tag, base, files);
  return tag;
}

/** What the image's publisher puts below `/etc/temporal/schema`, as far as PostgreSQL needs it. */
async function schemaFiles(source: string): Promise<Files> {
  const schema = join(source, 'schema');
  const { stdout } = await run('find', ['postgresql/v12', '-type', 'f'], { cwd: schema });
  const names = stdout.trim().split('\n').sort();
  const contents = await Promise.all(names.map((name) => readFile(join(schema, name))));
  return Object.fromEntries(
    names.map((name, place) => [`schema/${name}`, contents[place] as Buffer]),
  );
}

function serverProgram(version: string): Program {
  return ofModule('temporal-server', version, 'temporal-server', `${SERVER_MODULE}/cmd/server`);
}

function sqlToolProgram(version: string): Program {
  const main = `${SERVER_MODULE}/cmd/tools/sql`;
  return ofModule('temporal-sql-tool', version, 'temporal-server', main);
}

function uiProgram(version: string): Program {
  return ofModule('temporal-ui-server', version, 'temporal-ui', `${UI_MODULE}/cmd/server`);
}

function ofModule(name: string, version: string, module: string, main: string): Program {
  return {
    ...{ name, executable: name, version, minimumVersion: version },
    // Never looked for elsewhere: another version of it would be another image.
    environmentVariable: '',
    versionArguments: ['--version'],
    build: { module: `${module}-${version}`, package: main, linkerFlags: '-s -w' },
  };
}

async function programOf(program: Program): Promise<string> {
  const surroundings = surroundingsOfProcess({ modulesDirectory: MODULES });
  const { path } = await fillCache(program, surroundings, [
    { origin: 'built', get: (target) => buildModule(program, surroundings, target) },
  ]);
  return path;
}

/** Folder of the module's sources in Go's own cache, fetched when it is not there. */
async function sourceOf(pinned: string, module: string): Promise<string> {
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  const cwd = join(MODULES, pinned);
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd, env });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}
