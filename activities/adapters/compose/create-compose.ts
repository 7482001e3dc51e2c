import type { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { CommandRunner } from '../../ports/command-runner';
import type { Compose, OnRelease } from '../../ports/compose';
import type { Site } from '../../ports/site';
import {
  buildArguments,
  hashArguments,
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
import { readFacts, readHashes } from './facts';
import { locate } from './locate';
import { readModel } from './read-model';
import { releaseText } from './release-text';
import { parse, resolveProject } from './resolve-project';
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
 * Drives the Compose command line. `program` answers with its path; it is asked when it is needed first.
 */
export function createCompose(options: {
  readonly program: () => Promise<string>;
  readonly runner: CommandRunner;
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

  return {
    model: (site, attempt) =>
      readModel((argv, model) => {
        if (model === undefined) return read(site, argv, attempt);
        const place = releaseArguments(site, STANDARD_INPUT);
        const doing = 'read the project with its variables left in place';
        return run(
          site,
          { argv: [...place, ...argv], input: model, doing, reads: 'files' },
          attempt,
        );
      }, site.services ?? []),
    locate,
    facts: async (site, attempt, file) => {
      if (file === undefined) {
        const ask = (argv: readonly string[]) => read(site, argv, attempt);
        return readFacts((await resolveProject(ask, site.services ?? [])).project);
      }
      const input = await releaseText({ file }, []);
      // A slot has its service's profiles.
      const argv = [...releaseArguments(site, STANDARD_INPUT), ...RESOLVED_RELEASE];
      const call = { argv, input, doing: 'read what a release runs', reads: 'files' } as const;
      return readFacts(parse(await run(site, call, attempt)));
    },
    build: (site, service, attempt) => {
      const call = { argv: buildArguments(service), doing: `build ${service}` };
      return build(site, call, attempt, buildFailure);
    },
    push: (site, service, attempt) => {
      const call = { argv: pushArguments(service), doing: `push the image of ${service}` };
      return build(site, call, attempt, pushFailure);
    },
    hashes: async ({ site, release, services, attempt }) => {
      const ask = (argv: readonly string[], input: string) => {
        const place = releaseArguments(site, STANDARD_INPUT);
        const doing = 'read what a release would run';
        return run(site, { argv: [...place, ...argv], input, doing, reads: 'files' }, attempt);
      };
      // `up` hashes what env files say, `config --hash` their names.
      const resolved = await ask(RESOLVED_RELEASE, await releaseText(release, services));
      return readHashes(await ask(hashArguments(services), resolved));
    },
    up: async ({ services, ...on }) => {
      const doing = `start ${services.join(', ')}`;
      await startServices((argv) => change(on, argv, doing), services);
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
