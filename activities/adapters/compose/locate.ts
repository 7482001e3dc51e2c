import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import { portTarget } from '../../../workflows/model/port-target';
import type { Site } from '../../ports/site';
import { projectFiles } from './project-files';

/** Where a path of the merged project is written: in the last file that has it, since that one decides. */
export async function locate(
  site: Site,
  path: readonly (string | number)[],
): Promise<string | undefined> {
  const { first, overrides } = projectFiles(site);
  for (const file of [...first, ...overrides].toReversed()) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const place = text === undefined ? undefined : placeIn(text, path);
    if (place !== undefined) return `${relative(site.directory, file)}:${place}`;
  }
  return undefined;
}

/** `12:5`. */
function placeIn(text: string, path: readonly (string | number)[]): string | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  let node: Node | null = document.contents;
  let start: number | undefined;
  for (const key of path) {
    const found = childOf(document, node, key);
    if (found === undefined) return undefined;
    node = found.node;
    start = found.start ?? start;
  }
  if (start === undefined) return undefined;
  const { line, col } = lineCounter.linePos(start);
  return `${line}:${col}`;
}

interface Child {
  readonly node: Node | null;
  /** Offset of its key, or of the item. */
  readonly start: number | undefined;
}

/** A key may come by `<<`, and any node by an alias. */
function childOf(document: Document, parent: unknown, key: string | number): Child | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq<Node>(node)) {
    const at = typeof key === 'number' ? key : node.items.findIndex((item) => names(item, key));
    const item = node.items[at];
    // Where a port stands that Compose made of a range or a variable, is not told: the list is.
    if (item === undefined && isPort(key)) return { node, start: undefined };
    return item === undefined ? undefined : { node: item, start: item.range?.[0] };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair !== undefined) return { node: pair.value, start: pair.key.range?.[0] };
  const merged = node.items.find((item) => isScalar(item.key) && item.key.value === '<<')?.value;
  const sources = isSeq<Node>(merged) ? merged.items : [merged];
  return sources.map((source) => childOf(document, source, key)).find(Boolean);
}

/** Where Compose takes a list for a map: `VIRTUAL_HOST=…`; of ports, `53/udp`. */
function names(item: Node, key: string | number): boolean {
  if (isPort(key)) {
    const { target = '', protocol } = portTarget(item.toJSON());
    return `${target}/${protocol}` === key;
  }
  return isScalar(item) && String(item.value).split('=')[0] === key;
}

function isPort(key: string | number): boolean {
  return /^\d+\/[a-z]+$/.test(String(key));
}
