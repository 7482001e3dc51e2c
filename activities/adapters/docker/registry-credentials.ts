import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { CommandRunner } from '../../ports/command-runner';
import { DOCKER_HUB } from './image-reference';

/** Under this name `docker login` keeps what is for Docker Hub. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** What helpers print, with exit code 1, when they have nothing for a registry. Source: docker-credential-helpers */
const HELPER_HAS_NONE = /credentials not found/i;

/** In the place of a user's name: the secret is a token of the registry's own. */
const TOKEN_USER = '<token>';

export interface CredentialSource {
  /** Folder of Docker's `config.json`. */
  readonly folder: string;
  /** Runs credential helpers. */
  readonly runner: CommandRunner;
  /** Told of each secret that was read, before anything is done with it. */
  readonly onSecret: (secret: string) => void;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/**
 * What `docker login` has kept for a registry: from the helper for this registry, the general helper, or the file itself,
 * as Docker looks for it. Read anew each time, since tokens of clouds live for hours. Undefined: nobody has logged in.
 * Throws: PreconditionFailed (the file is broken, a helper is missing) · CommandFailed (a helper failed)
 */
export async function credentialsFor(
  registry: string,
  source: CredentialSource,
  signal: AbortSignal,
): Promise<Dockerode.AuthConfigObject | undefined> {
  const found = await readCredentials(registry, source, signal);
  for (const secret of [found?.password, found?.identitytoken]) {
    if (secret) source.onSecret(secret);
  }
  return found;
}

async function readCredentials(
  registry: string,
  source: CredentialSource,
  signal: AbortSignal,
): Promise<Dockerode.AuthConfigObject | undefined> {
  const config = await readConfig(join(source.folder, 'config.json'));
  const key = registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry;
  const helper = config.credHelpers?.[key] ?? config.credHelpers?.[registry] ?? config.credsStore;
  if (helper) {
    const fromHelper = await askHelper(helper, key, source.runner, signal);
    if (fromHelper !== undefined) return fromHelper;
  }
  const [, kept] =
    Object.entries(config.auths ?? {}).find(
      ([name]) => name === key || hostOf(name) === hostOf(key),
    ) ?? [];
  return kept && fromFile(kept, key);
}

/** Never the file's text in a message, nor JSON.parse's own, which quotes it. */
async function readConfig(file: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    const attempted = `Could not read the credentials of Docker: ${message}`;
    throw new AdapterError('PreconditionFailed', attempted, {}, { cause: error });
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    const advice = 'Move it away; `docker login` writes a new one.';
    throw new AdapterError('PreconditionFailed', `${file} is not JSON`, { advice });
  }
}

async function askHelper(
  helper: string,
  key: string,
  runner: CommandRunner,
  signal: AbortSignal,
): Promise<Dockerode.AuthConfigObject | undefined> {
  const argv = [`docker-credential-${helper}`, 'get'];
  const { stdout, exit } = await runner.run(argv, { input: key, accept: [1], signal });
  if (exit.code !== 0) {
    if (HELPER_HAS_NONE.test(`${stdout} ${exit.stderrTail}`)) return undefined;
    const text = `${argv.join(' ')} for ${key} ended with exit code 1`;
    throw new AdapterError('CommandFailed', text, {
      argv,
      exitCode: 1,
      stderrTail: exit.stderrTail,
    });
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
    return asAuth(Username, Secret, key);
  } catch {
    throw new AdapterError('CommandFailed', `${argv.join(' ')} for ${key} did not print JSON`);
  }
}

function fromFile(
  { auth = '', identitytoken }: { auth?: string; identitytoken?: string },
  key: string,
): Dockerode.AuthConfigObject | undefined {
  if (identitytoken) return { identitytoken, serveraddress: key };
  const [, user = '', password] =
    /^([^:]*):([^]*)$/.exec(Buffer.from(auth, 'base64').toString()) ?? [];
  return password === undefined ? undefined : asAuth(user, password.replace(/\0+$/, ''), key);
}

function asAuth(user: string, secret: string, key: string): Dockerode.AuthConfigObject {
  if (user === TOKEN_USER) return { identitytoken: secret, serveraddress: key };
  return { username: user, password: secret, serveraddress: key };
}

/** Old versions of Docker wrote addresses with scheme and path. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}
