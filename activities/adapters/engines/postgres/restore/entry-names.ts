import type { NamedObject } from '../../../../../workflows/model/left-out';
import { qualifiedName } from '../../../../../workflows/model/qualified-name';
import { entriesOf, type ArchiveEntry, type ArchiveHead } from './archive-head';

/** Kinds whose tag is the table's name, a space, and their own: both raw, so that only the table's tells where it ends. */
export const MEMBERS = new Set([
  'CHECK CONSTRAINT',
  'CONSTRAINT',
  'DEFAULT',
  'FK CONSTRAINT',
  'POLICY',
  'RULE',
  'TRIGGER',
]);

/** What may have members, indexes and rows. */
export const TABLES = new Set(['FOREIGN TABLE', 'MATERIALIZED VIEW', 'TABLE', 'VIEW']);

const ROUTINES = new Set(['AGGREGATE', 'FUNCTION', 'PROCEDURE']);

/** How an archive's entries are called. */
export interface EntryNames {
  /** The parts of its name: schema, table, own. The arguments of a function stand behind its own. */
  partsOf(entry: ArchiveEntry): { readonly parts: readonly string[]; readonly suffix: string };
  objectOf(entry: ArchiveEntry): NamedObject;
}

export function namesIn(head: ArchiveHead): EntryNames {
  const tables = new Map<number, string>();
  for (const { id, kind, tag } of entriesOf(head)) if (TABLES.has(kind)) tables.set(id, tag);

  function partsOf(entry: ArchiveEntry): ReturnType<EntryNames['partsOf']> {
    const schema = entry.schema === '' ? [] : [entry.schema];
    if (ROUTINES.has(entry.kind) && entry.tag.includes('(')) {
      const at = entry.tag.indexOf('(');
      return { parts: [...schema, entry.tag.slice(0, at)], suffix: entry.tag.slice(at) };
    }
    const table = MEMBERS.has(entry.kind) ? tableOf(entry) : undefined;
    const own = table === undefined ? [entry.tag] : [table, entry.tag.slice(table.length + 1)];
    return { parts: [...schema, ...own], suffix: '' };
  }

  function tableOf({ needs, tag }: ArchiveEntry): string | undefined {
    return needs.map((id) => tables.get(id)).find((table) => tag.startsWith(`${table ?? ''} `));
  }

  return {
    partsOf,
    objectOf(entry) {
      const { parts, suffix } = partsOf(entry);
      return { kind: entry.kind.toLowerCase(), name: `${qualifiedName(parts)}${suffix}` };
    },
  };
}
