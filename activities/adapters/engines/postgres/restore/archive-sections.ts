import { entriesOf, type ArchiveEntry, type ArchiveHead } from './archive-head';
import { SETTINGS } from './choose-entries';

/** In the order of a restore: what rows need, rows, what needs rows. */
export type Section = 'pre-data' | 'data' | 'post-data';

const NONE = 1; // SECTION_NONE: belongs to what stands before it
const SECTIONS: Readonly<Record<number, Section>> = { 2: 'pre-data', 3: 'data', 4: 'post-data' };

/** Rights come after the rows, as in a whole run of pg_restore: an owner may have none on its own table. */
const LATE = new Set(['ACL', 'DEFAULT ACL']);

/** Each entry but the settings, with its section. */
export function* sectionsOf(head: ArchiveHead): Generator<readonly [ArchiveEntry, Section]> {
  let current: Section = 'pre-data';
  for (const entry of entriesOf(head)) {
    if (entry.section !== NONE) current = SECTIONS[entry.section] ?? current;
    if (!SETTINGS.has(entry.kind)) yield [entry, LATE.has(entry.kind) ? 'post-data' : current];
  }
}
