import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pawlPackage } from './version';

/** Documentation that came with this package, such as `stack-file` or `runbooks/backup`. */
export function pageNames(): readonly string[] {
  return readdirSync(folder(), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
}

/** A page by its name, or by its file's (`docs/stack-file.md`); undefined when there is none. */
export function readPage(name: string): string | undefined {
  const page = name.replace(/^docs\//, '').replace(/\.md$/, '');
  if (!pageNames().includes(page)) return undefined;
  return readFileSync(join(folder(), `${page}.md`), 'utf8').trimEnd();
}

function folder(): string {
  const docs = join(pawlPackage().folder, 'docs');
  if (!existsSync(docs)) throw new Error(`This package came without its documentation: no ${docs}`);
  return docs;
}
