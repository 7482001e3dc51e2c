import { quoted } from './printable';
import type { Finding } from './problem';
import { didYouMean } from './suggest';
import type { MappingNode, Path, TreeNode } from './tree';

/**
 * Lays an overlay over a base: maps merge key by key, anything else replaces, a written `null` takes the key away. A
 * secret reference replaces as a whole: `{file: …}` over `{env: …}` would otherwise become a reference with two answers.
 */
export function mergeOverlay(base: TreeNode, overlay: TreeNode, findings: Finding[]): TreeNode {
  return merge(base, overlay, [], findings);
}

function merge(base: TreeNode, overlay: TreeNode, path: Path, findings: Finding[]): TreeNode {
  const both = base.kind === 'mapping' && overlay.kind === 'mapping';
  if (!both || isSecretReference(overlay)) return withoutRemovals(overlay, path, findings);
  const entries = new Map(base.entries);
  for (const [key, entry] of overlay.entries) {
    const below = [...path, key];
    const old = base.entries.get(key);
    if (isRemoval(entry.node)) {
      if (!old) findings.push(nothingToRemove(key, base, overlay, path));
      entries.delete(key);
      continue;
    }
    const node = old
      ? merge(old.node, entry.node, below, findings)
      : withoutRemovals(entry.node, below, findings);
    entries.set(key, { key: entry.key, node });
  }
  return { kind: 'mapping', entries, place: base.place };
}

/** `null` or `~` in so many characters; a key with nothing after it is an accident and reported by the schema. */
function isRemoval(node: TreeNode): boolean {
  return node.kind === 'scalar' && node.value === null && node.written !== '';
}

function isSecretReference(node: MappingNode): boolean {
  const entries = [...node.entries];
  return (
    entries.length > 0 &&
    entries.every(([key, entry]) => {
      return ['env', 'file', 'command'].includes(key) && entry.node.kind !== 'mapping';
    })
  );
}

/** A subtree that has no counterpart in the base: there is nothing that its `null`s could take away. */
function withoutRemovals(node: TreeNode, path: Path, findings: Finding[]): TreeNode {
  if (node.kind !== 'mapping') return node;
  const entries = new Map(node.entries);
  for (const [key, entry] of node.entries) {
    if (isRemoval(entry.node)) {
      findings.push(nothingToRemove(key, undefined, node, path));
      entries.delete(key);
    } else {
      const below = withoutRemovals(entry.node, [...path, key], findings);
      entries.set(key, { key: entry.key, node: below });
    }
  }
  return { ...node, entries };
}

function nothingToRemove(
  key: string,
  base: MappingNode | undefined,
  overlay: MappingNode,
  path: Path,
): Finding {
  const known = base ? [...base.entries.keys()] : [];
  return {
    place: overlay.entries.get(key)?.key ?? overlay.place,
    path: [...path, key],
    message: `\`null\` takes a key away, but the base has no ${quoted(key)} here${didYouMean(key, known)}`,
  };
}
