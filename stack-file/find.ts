import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StackFileError } from './problem';

export interface StackFileSearch {
  /** `-f`. */
  readonly file?: string;
  /** Default: the process's own, as `env`. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly systemFolder?: string;
}

export interface FoundStackFile {
  readonly path: string;
  /** In a folder of stack files, apart from the project: then its own folder is not the stack's directory. */
  readonly central: boolean;
  /** By `-f` or `PAWL_FILE`: whoever named it trusts it. */
  readonly named: boolean;
}

const FILE_NAME = 'pawl.yaml';

/**
 * The stack file, by the first that applies: `-f`, `PAWL_FILE`, `pawl.yaml` from the current folder upwards (as far as
 * the repository's root or the home directory), the user's stacks folder, the system's.
 * Throws: StackFileError when there is none, or several in a stacks folder.
 */
export function findStackFile(search: StackFileSearch = {}): FoundStackFile {
  const { cwd = process.cwd(), env = process.env, systemFolder = '/etc/pawl/stacks' } = search;
  const named = search.file ?? env['PAWL_FILE'];
  const folders = [...userFolder(env), systemFolder];
  if (named) {
    const path = resolve(cwd, named);
    return { path, central: folders.includes(dirname(path)), named: true };
  }
  const upward = foldersUpward(cwd, env['HOME']).map((folder) => join(folder, FILE_NAME));
  const path = upward.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { path, central: false, named: false };
  for (const folder of folders) {
    const [only, ...others] = stackFilesIn(folder);
    if (only !== undefined && others.length > 0) throw tooMany(folder, [only, ...others]);
    if (only !== undefined) return { path: join(folder, only), central: true, named: false };
  }
  throw new StackFileError([{ file: FILE_NAME, path: [], message: notFound(upward, folders) }]);
}

function foldersUpward(cwd: string, home: string | undefined): readonly string[] {
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    const isEnd = existsSync(join(folder, '.git')) || folder === home;
    if (isEnd || folder === dirname(folder)) return folders;
  }
}

function userFolder(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const home = env['HOME'];
  const configuration = env['XDG_CONFIG_HOME'] || (home ? join(home, '.config') : undefined);
  return configuration ? [join(configuration, 'pawl', 'stacks')] : [];
}

/** `melvin.yaml` and not its overlay `melvin.staging.yaml`. */
function stackFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const stems = names.map((name) => name.slice(0, -'.yaml'.length));
  return names
    .filter((name) => !stems.some((stem) => name.startsWith(`${stem}.`) && name !== `${stem}.yaml`))
    .sort();
}

function tooMany(folder: string, names: readonly string[]): StackFileError {
  const message = `holds several stack files: ${names.join(', ')}; choose one with -f or PAWL_FILE`;
  return new StackFileError([{ file: folder, path: [], message }]);
}

function notFound(upward: readonly string[], folders: readonly string[]): string {
  const top = upward.at(-1) === join('/', FILE_NAME) ? '/' : dirname(upward.at(-1) ?? '');
  const searched = `from ${dirname(upward[0] ?? '')} up to ${top}`;
  return `not found ${searched}, nor in ${folders.join(' or ')}; name one with -f`;
}
