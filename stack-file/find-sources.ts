import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { findStackFile } from './find';
import type { StackFileSearch } from './find';
import { NAME, NAME_RULE } from './name';
import { quoted } from './printable';
import { StackFileError } from './problem';
import type { StackSources } from './read-stack';
import { readSource } from './read-source';
import { requireOwnFile } from './require-own-file';
import { didYouMean } from './suggest';
import type { SourceFile } from './tree';

export interface LoadOptions extends StackFileSearch {
  /** `-e`: the overlay `pawl.<environment>.yaml` beside the stack file. */
  readonly environment?: string;
}

/** Finds the stack file and its overlay, and reads their text. Throws: StackFileError */
export function findSources(options: LoadOptions = {}): StackSources {
  const { cwd = process.cwd(), env = process.env } = options;
  const { path, central, named } = findStackFile(options);
  const read = (file: string): SourceFile => {
    const shown = shownName(file, cwd);
    if (!named) requireOwnFile(file, shown, env);
    return readSource(file, shown);
  };
  const base = read(path);
  return {
    base,
    ...(options.environment !== undefined && {
      overlay: read(overlayOf(path, options.environment, cwd)),
    }),
    ...(!central && { ownFolder: dirname(path) }),
  };
}

/** Throws: StackFileError when there is no such overlay */
function overlayOf(basePath: string, environment: string, cwd: string): string {
  const path = join(dirname(basePath), overlayName(basePath, environment));
  const shown = shownName(path, cwd);
  if (!NAME.test(environment)) {
    const message = `the environment ${quoted(environment)} ${NAME_RULE}`;
    throw new StackFileError([{ file: shownName(basePath, cwd), path: [], message }]);
  }
  const known = overlaysBeside(basePath);
  if (known.includes(environment)) return path;
  const message = `there is no such overlay for -e ${environment}${didYouMean(environment, known)}`;
  throw new StackFileError([{ file: shown, path: [], message }]);
}

/** `pawl.yaml`, `staging` → `pawl.staging.yaml`. */
function overlayName(basePath: string, environment: string): string {
  const extension = extname(basePath);
  return `${basename(basePath, extension)}.${environment}${extension}`;
}

function overlaysBeside(basePath: string): readonly string[] {
  const [before, after] = overlayName(basePath, '\0').split('\0') as [string, string];
  return readdirSync(dirname(basePath))
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
    .filter((name) => NAME.test(name));
}

function shownName(path: string, cwd: string): string {
  const below = relative(resolve(cwd), path);
  return below.startsWith('..') ? path : below;
}
