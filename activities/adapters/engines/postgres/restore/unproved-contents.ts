import { LARGE_OBJECTS } from '../digest/large-objects';
import { qualifiedName } from '../../../../../workflows/model/qualified-name';
import { entriesOf, type ArchiveHead } from './archive-head';

const CONTENTS = new Set(['SEQUENCE', 'SEQUENCE SET', 'TABLE', 'TABLE DATA']);
const OF_LARGE_OBJECTS = new Set(['BLOB', 'BLOB METADATA', 'BLOBS']);

/** Names of contents that a restore without these entries does not have as they were: a partitioned table, when one of its partitions is missing. */
export function unprovedContents(
  head: ArchiveHead,
  missing: ReadonlySet<number>,
): readonly string[] {
  if (missing.size === 0) return [];
  const names = new Set<string>();
  const tables = new Set<number>();
  for (const { id, kind, schema, tag, needs } of entriesOf(head)) {
    if (!missing.has(id)) continue;
    if (OF_LARGE_OBJECTS.has(kind)) names.add(LARGE_OBJECTS);
    if (!CONTENTS.has(kind)) continue;
    names.add(qualifiedName([schema, tag]));
    tables.add(id);
    if (kind === 'TABLE DATA') for (const need of needs) tables.add(need);
  }
  const partitioned = partitionedBy(head, tables);
  for (const { id, schema, tag } of entriesOf(head)) {
    if (partitioned.has(id)) names.add(qualifiedName([schema, tag]));
  }
  return [...names];
}

/** Ids of the tables that these are partitions of, up to the root. */
function partitionedBy(head: ArchiveHead, tables: ReadonlySet<number>): ReadonlySet<number> {
  const tags = new Map<number, string>();
  for (const { id, kind, tag } of entriesOf(head)) if (kind === 'TABLE') tags.set(id, tag);
  const found = new Set<number>();
  // An entry that attaches one to the other needs both, and is called as the partition.
  const attached = [...entriesOf(head)].filter(({ kind }) => kind === 'TABLE ATTACH');
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { needs, tag } of attached) {
      const partition = needs.find((need) => tags.get(need) === tag);
      if (partition === undefined || !(tables.has(partition) || found.has(partition))) continue;
      for (const need of needs) if (need !== partition && tags.has(need)) found.add(need);
    }
  }
  return found;
}
