/*
 * A YAML document as plain maps, lists and scalars, each of which knows where it stands. Overlays are merged on this
 * form, so every value of the result still names its own file, line and column.
 */

export interface SourceFile {
  /** As messages show it. */
  readonly name: string;
  readonly text: string;
}

/** A stretch of one line of a file. Lines and columns count from 1; columns in UTF-16 units, as editors count. */
export interface Place {
  readonly source: SourceFile;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export type ScalarValue = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  /** As it stands in the file; empty for a key with nothing after it. */
  readonly written: string;
  readonly place: Place;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly TreeNode[];
  readonly place: Place;
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, { readonly key: Place; readonly node: TreeNode }>;
  readonly place: Place;
}

export type TreeNode = ScalarNode | ListNode | MappingNode;

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

export function toPlain(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.node)]));
}

function child(node: TreeNode | undefined, step: string | number): TreeNode | undefined {
  if (node?.kind === 'mapping') return node.entries.get(String(step))?.node;
  if (node?.kind === 'list') return node.items[Number(step)];
  return undefined;
}

export function nodeAt(root: TreeNode, path: Path): TreeNode | undefined {
  return path.reduce<TreeNode | undefined>(child, root);
}

/** Where the last key of `path` stands, or the nearest thing above it that exists. */
export function keyPlace(root: TreeNode, path: Path): Place {
  let place = root.place;
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (!next) return place;
    place = node.kind === 'mapping' ? keyOf(node, step) : next.place;
    node = next;
  }
  return place;
}

function keyOf(node: MappingNode, step: string | number): Place {
  return node.entries.get(String(step))?.key ?? node.place;
}

/** Where the value at `path` stands; its key when it is a map, empty or missing. */
export function valuePlace(root: TreeNode, path: Path): Place {
  const node = nodeAt(root, path);
  const visible = node?.kind === 'list' || (node?.kind === 'scalar' && node.written !== '');
  return visible ? node.place : keyPlace(root, path);
}
