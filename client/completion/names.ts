import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Globals } from '../command';
import { findStackFile } from '../../stack-file/find';

/**
 * Keys of a section, read as they stand: the file need not be valid, and the schema (zod, 30 ms) is not loaded. Whatever
 * is wrong, TAB offers nothing and stays silent; `pawl config validate` is the place to hear about it.
 */
export function readNames(
  words: readonly string[],
  section: 'protect' | 'deploy',
  { cwd, env }: Pick<Globals, 'cwd' | 'env'>,
): readonly string[] {
  try {
    const file = fileOption(words);
    const { path } = findStackFile({
      cwd,
      env,
      ...(file === undefined ? {} : { file }),
    });
    const document: unknown = parse(readFileSync(path, 'utf8'), { logLevel: 'silent' });
    return Object.keys(sectionOf(document, section)).filter((name) => !/\s|\p{Cc}/u.test(name));
  } catch {
    return [];
  }
}

function fileOption(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-f' || word === '--file');
  return at < 0 ? undefined : words[at + 1];
}

function sectionOf(document: unknown, section: string): object {
  if (typeof document !== 'object' || document === null) return {};
  const found = (document as Readonly<Record<string, unknown>>)[section];
  return found instanceof Object ? found : {};
}
