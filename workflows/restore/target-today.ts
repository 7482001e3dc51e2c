import type { Part } from '../model/recovery-point';
import { folderSource, type StackDescription } from '../model/stack';

/**
 * Where the current stack file has what a part was taken of: it may have moved since. What was taken of a whole server
 * keeps its own name.
 * Shape:  stack, part → database, folder or '' (globals); undefined when the stack file has no place for it
 */
export function targetToday({ protect }: StackDescription, part: Part): string | undefined {
  const entry = protect.find(({ name }) => name === part.entry);
  if (entry?.engine !== part.engine) return undefined;
  if ('path' in entry) return folderSource(entry);
  const { database } = entry;
  if (typeof database !== 'string' || part.kind === 'globals') return part.source;
  const isOnlyPart = part.name === part.entry;
  return isOnlyPart || database === part.source ? database : undefined;
}
