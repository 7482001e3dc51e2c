import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** A place in one of the bundles of dist/. */
const PLACE = /(?:file:\/\/)?(\/[^\s():]+\/bundles\/[\w-]+\.js):(\d+):(\d+)/g;

const maps = new Map<string, SourceMap | undefined>();

/** Names the sources' lines where a stack names a bundle's; anything else stays as it is. Shape: stack → stack */
export function withSourceLines(stack: string): string {
  return stack.replace(PLACE, (place, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    const { originalSource, originalLine, originalColumn } = entry;
    const folder = dirname(file);
    const source = relative(join(folder, '../..'), join(folder, originalSource));
    return `${source}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

/** Undefined: the bundle came without. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  if (!existsSync(file)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
}
