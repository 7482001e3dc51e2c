import type { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { CommandRunner } from '../../ports/command-runner';
import type { Compose, OnRelease } from '../../ports/compose';
import type { ServiceContainers } from '../../ports/service-containers';
import type { Site } from '../../ports/site';
import {
  buildArguments,
  projectArguments,
  projectDirectory,
  pushArguments,
  releaseArguments,
  RESOLVED_RELEASE,
  runArguments,
  scaleArguments,
  STANDARD_INPUT,
  stopArguments,
  WITHOUT_OUR_OWN,
} from './arguments';
import { buildFailure, pushFailure, type EndedBuild } from './build-failure';
import { composeFailure, type Attempted } from './compose-failure';
import { readFacts } from './facts';
import { createHashReader } from './hash-reader';
import { isLeftAlone, type Definition } from './left-alone';
import { locate } from './locate';
import { createProjectReader } from './project-reader';
import { releaseModel, withEnvFilesOf } from './release-text';
import { fields, parse } from './resolve-project';
import { runBuilder } from './run-builder';
import { isNameTaken, startServices } from './start-services';

/** How Compose reaches the engine and its registries: the worker's own way. */
const HANDED_DOWN = [
  ...['DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'],
  ...['DOCKER_BUILDKIT', 'BUILDX_BUILDER', 'BUILDX_CONFIG'],
  ...['XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'COMPOSE_PROFILES'],
];

interface Call extends Pick<Attempted, 'doing' | 'reads'> {
  readonly argv: readonly string[];
  readonly input?: string;
}

/**
 * Drives the Compose command line. `program` answers with its path; it is asked when it is needed first. What containers
 * there are, the engine is asked.
 */
export function createCompose(options: {
  readonly program: () => Promise<string>;
  readonly runner: CommandRunner;
  readonly services: Pick<ServiceContainers, 'containers'>;
}): Compose {
  async function run(site: Site, call: Call, { signal }: Attempt): Promise<string> {
    const { argv, input, doing, reads } = call;
    const directory = projectDirectory(site);
    const program = await options.program();
    try {
      const { stdout } = await options.runner.run([...WITHOUT_OUR_OWN, program, ...argv], {
        ...{ cwd: directory, env: handedDown(), signal },
        ...(input === undefined ? {} : { input }),
      });
      return stdout;
    } catch (error) {
      signal.throwIfAborted();
      throw composeFailure(error, { doing, directory, reads });
    }
  }

  async function build(
    site: Site,
    { argv, doing }: Pick<Call, 'argv' | 'doing'>,
    { signal, onProgress }: Attempt,
    explain: (ended: EndedBuild) => AdapterError,
  ): Promise<void> {
    const directory = projectDirectory(site);
    const command = [...WITHOUT_OUR_OWN, await options.program(), ...projectArguments(site)];
    await runBuilder(
      options.runner,
      [...command, ...argv],
      { cwd: directory, env: handedDown(), signal, onProgress },
      (ended) => explain({ ...ended, doing, directory }),
    );
  }

  const read = (site: Site, argv: readonly string[], attempt: Attempt): Promise<string> =>
    run(
      site,
      { argv: [...projectArguments(site), ...argv], doing: 'read the project', reads: 'files' },
      attempt,
    );

  const readText = (
    site: Site,
    { doing, ...asked }: { doing: string; argv: readonly string[]; input: string },
    attempt: Attempt,
  ): Promise<string> => {
    const argv = [...releaseArguments(site, STANDARD_INPUT), ...asked.argv];
    return run(site, { argv, input: asked.input, doing, reads: 'files' }, attempt);
  };

  const change = (
    { site, file, attempt }: OnRelease,
    argv: readonly string[],
    doing: string,
  ): Promise<string> =>
    run(
      site,
      { argv: [...releaseArguments(site, file), ...argv], doing, reads: 'engine' },
      attempt,
    );

  const projects = createProjectReader({
    environment: handedDown,
    ask: (site, attempt) => (argv, model) => {
      if (model === undefined) return read(site, argv, attempt);
      const doing = 'read the project with its variables left in place';
      return readText(site, { argv, input: model, doing }, attempt);
    },
  });
  const hashes = createHashReader({
    environment: handedDown,
    ask: (site, attempt) => (argv, input) =>
      readText(site, { argv, input, doing: 'read what a release would run' }, attempt),
  });

  return {
    locate,
    model: (site, attempt) => projects.model(site, attempt),
    facts: async (site, attempt, file) => {
      if (file === undefined) return projects.facts(site, attempt);
      const input = JSON.stringify(withEnvFilesOf(await releaseModel({ file }), []));
      // A slot has its service's profiles.
      const call = { argv: RESOLVED_RELEASE, input, doing: 'read what a release runs' };
      return readFacts(parse(await readText(site, call, attempt)));
    },
    build: (site, service, attempt) => {
      const call = { argv: buildArguments(service), doing: `build ${service}` };
      return build(site, call, attempt, buildFailure);
    },
    push: (site, service, attempt) => {
      const call = { argv: pushArguments(service), doing: `push the image of ${service}` };
      return build(site, call, attempt, pushFailure);
    },
    hashes: async ({ release, attempt, ...of }) =>
      hashes.hashes({ ...of, model: await releaseModel(release) }, attempt),
    up: async ({ services, ...on }) => {
      const { site, file } = on;
      const model = await releaseModel({ file });
      const definitions = fields(model['services']) as Readonly<Record<string, Definition>>;
      const project = site.compose?.project ?? String(model['name']);
      const look = (service: string) => options.services.containers(site, project, service);
      const known = await hashes.known({ site, model, services });
      const isSo = services.map(async (service) =>
        isLeftAlone(definitions[service] ?? {}, known.get(service), await look(service)),
      );
      if ((await Promise.all(isSo)).every(Boolean)) return;
      const doing = `start ${services.join(', ')}`;
      await startServices((argv) => change(on, argv, doing), services, look);
    },
    scale: async ({ service, scale, ...on }) => {
      const doing = `scale ${service} to ${scale.containers}`;
      await change(on, scaleArguments(service, scale), doing);
    },
    stop: async ({ services, graceSeconds, ...on }) => {
      await change(on, stopArguments(services, graceSeconds), `stop ${services.join(', ')}`);
    },
    runDetached: async ({ oneOff, ...on }) => {
      try {
        await change(on, runArguments(oneOff), `run a command in ${oneOff.service}`);
      } catch (error) {
        // An earlier attempt has made it. Whoever waits for it starts it, if that attempt died before it did.
        if (!isNameTaken(error, oneOff.name)) throw error;
      }
    },
  };
}

function handedDown(): Record<string, string> {
  return Object.fromEntries(
    HANDED_DOWN.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
