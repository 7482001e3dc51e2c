import type { CopyDescription } from '../workflows/model/stack';
import { normaliseRepository } from './normalise-repository';
import type { StackDocument } from './schema';

/** Absent when there are none. */
export function normaliseCopies({ copies = {} }: StackDocument): CopyDescription[] | undefined {
  const all = Object.entries(copies);
  if (all.length === 0) return undefined;
  return all.map(([name, copy]) => ({ name, ...normaliseRepository(copy) }));
}
