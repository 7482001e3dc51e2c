import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Site } from '../../ports/site';
import { dotEnvOf, projectFiles } from './project-files';
import { fields } from './resolve-project';

/** All that an answer of Compose comes from. */
export interface Inputs {
  /** With what these env files hold now. Undefined where something cannot be read, or is not as it was when these were made. */
  fingerprint(envFiles: readonly string[]): Promise<string | undefined>;
}

export interface ProjectInputs extends Inputs {
  /** Which ones its services have, Compose tells. */
  readonly mayHaveEnvFiles: boolean;
  readonly mayHaveVariables: boolean;
}

/** That Compose is started with. */
export type Environment = Readonly<Record<string, string>>;

/** Words by which other files belong to a Compose file, and what could hide such a word: an escape, or another encoding. */
const FURTHER_FILES = /\b(?:include|extends|label_file)\b|\\[xuU\r\n]|\0/;
/** In `.env`: Compose takes other files by it. Source: Docker, "Configure pre-defined environment variables" */
const CHOOSES_FILES = /\bCOMPOSE_(?:FILE|ENV_FILES|PATH_SEPARATOR)\b/;

/** Undefined where only Compose itself finds all files of the project. */
export async function projectInputs(
  site: Site,
  environment: Environment,
): Promise<ProjectInputs | undefined> {
  const { first, overrides } = projectFiles(site);
  const paths = [...first, ...overrides, dotEnvOf(site)];
  const read = await readAll(paths);
  if (read === undefined) return undefined;
  const texts = read.slice(0, -1).map((text = '') => text);
  const isThere = read.slice(0, first.length).some((text) => text !== undefined);
  const choosesFiles = CHOOSES_FILES.test(read.at(-1) ?? '');
  if (!isThere || choosesFiles || texts.some((text) => FURTHER_FILES.test(text))) return undefined;
  const asRead = hashOf(read);
  return {
    mayHaveEnvFiles: texts.some((text) => text.includes('env_file')),
    mayHaveVariables: texts.some((text) => text.includes('$')),
    fingerprint: async (envFiles) => {
      const [now, further] = await Promise.all([readAll(paths), readAll(envFiles)]);
      if (now === undefined || further === undefined || hashOf(now) !== asRead) return undefined;
      return hashOf([paths, now, envFiles, further, site.services, environment]);
    },
  };
}

/** Of a model that Compose is given on its standard input. */
export function modelInputs(site: Site, environment: Environment, model: unknown): Inputs {
  return {
    fingerprint: async (envFiles) => {
      const read = await readAll([dotEnvOf(site), ...envFiles]);
      return read && hashOf([read, envFiles, model, environment]);
    },
  };
}

/** The env files of these services. Undefined where a variable says which they are. */
export function envFilesOf(services: readonly unknown[]): readonly string[] | undefined {
  const paths = services.flatMap((service) => {
    const { env_file: named = [] } = fields(service);
    const files: readonly unknown[] = Array.isArray(named) ? named : [named];
    return files.map((file) => fields(file)['path'] ?? file);
  });
  const isTold = (path: unknown): path is string =>
    typeof path === 'string' && isAbsolute(path) && !path.includes('$');
  return paths.every(isTold) ? paths : undefined;
}

function hashOf(told: unknown): string {
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

/** Byte by byte; undefined each that is not there, and all where one cannot be read: why, Compose says. */
async function readAll(
  files: readonly string[],
): Promise<readonly (string | undefined)[] | undefined> {
  try {
    return await Promise.all(files.map(readText));
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
