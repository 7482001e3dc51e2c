import type { LeaveOutChoice, NamedObject } from '../../../../../workflows/model/left-out';
import { parseQualifiedName, sameParts } from '../../../../../workflows/model/qualified-name';
import { entriesOf, type ArchiveEntry, type ArchiveHead } from './archive-head';
import { MEMBERS, namesIn, TABLES, type EntryNames } from './entry-names';

/** What every restore begins with. */
export const SETTINGS = new Set(['ENCODING', 'SEARCHPATH', 'STDSTRINGS']);

/** Belongs to whatever it needs that has no rows or members of its own to tell it from. */
const SATELLITES = new Set([
  'ACL',
  'COMMENT',
  'INDEX ATTACH',
  'MATERIALIZED VIEW DATA',
  'PUBLICATION TABLE',
  'ROW SECURITY',
  'SECURITY LABEL',
  'SEQUENCE OWNED BY',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'TABLE ATTACH',
  'TABLE DATA',
]);

/** Belong to a table that they need. A sequence that needs its table is that of an identity column. */
const OF_TABLES = new Set(['INDEX', 'SEQUENCE', 'STATISTICS']);

/** Of those told before a restore. */
const MOST_DEPENDENTS = 50;

export interface ChosenEntries {
  /** Ids of what is not tried: what was named, and what belongs to it. */
  readonly leftOut: ReadonlySet<number>;
  /** Ids of what needs it. */
  readonly dependents: ReadonlySet<number>;
  readonly choice: LeaveOutChoice;
}

/** What `names` mean in an archive. A name is `schema.name` or `name`, and may begin with what it is: `table public.t`. */
export function chooseEntries(head: ArchiveHead, names: readonly string[]): ChosenEntries {
  const entryNames = namesIn(head);
  const unknown: string[] = [];
  const ambiguous: LeaveOutChoice['ambiguous'][number][] = [];
  const named = new Set<number>();
  const objects: NamedObject[] = [];
  for (const name of names) {
    const found = matching(head, entryNames, name);
    const whole = topmost(head, found);
    const different = distinct(whole.map((entry) => entryNames.objectOf(entry)));
    if (different.length === 0) unknown.push(name);
    else if (different.length > 1) ambiguous.push({ name, objects: different });
    else {
      objects.push(...different);
      for (const { id } of found) named.add(id);
    }
  }
  const leftOut = withSatellites(head, named);
  const dependents = new Set([...needing(head, leftOut)].filter((id) => !leftOut.has(id)));
  const told = distinct(objectsOf(head, entryNames, dependents));
  return {
    leftOut,
    dependents,
    choice: {
      objects: distinct(objects),
      dependents: told.slice(0, MOST_DEPENDENTS),
      moreDependents: Math.max(0, told.length - MOST_DEPENDENTS),
      ...{ unknown, ambiguous },
    },
  };
}

/** Of some entries, those that people know by name: without what belongs to another of them. */
function objectsOf(
  head: ArchiveHead,
  names: EntryNames,
  ids: ReadonlySet<number>,
): readonly NamedObject[] {
  return mainEntries(head, ids).map((entry) => names.objectOf(entry));
}

export function mainEntries(head: ArchiveHead, ids: ReadonlySet<number>): readonly ArchiveEntry[] {
  const owners = new Map<number, ArchiveEntry>();
  const main: ArchiveEntry[] = [];
  for (const entry of entriesOf(head)) {
    if (!ids.has(entry.id)) continue;
    if (!belongsToOne(entry, owners)) main.push(entry);
    owners.set(entry.id, entry);
  }
  return main;
}

/** Ids of all that needs some of these, or needs what needs them. A table of contents is in the order of needs. */
export function needing(head: ArchiveHead, ids: ReadonlySet<number>): ReadonlySet<number> {
  const dependents = new Set<number>();
  if (ids.size === 0) return dependents;
  for (const { id, needs } of entriesOf(head)) {
    if (needs.some((need) => ids.has(need) || dependents.has(need))) dependents.add(id);
  }
  return dependents;
}

function matching(head: ArchiveHead, names: EntryNames, name: string): readonly ArchiveEntry[] {
  const found: ArchiveEntry[] = [];
  for (const entry of entriesOf(head)) {
    if (SETTINGS.has(entry.kind)) continue;
    const isKind = name.toLowerCase().startsWith(`${entry.kind.toLowerCase()} `);
    const rest = isKind ? name.slice(entry.kind.length + 1) : undefined;
    if (isNamed(entry, names, name) || (rest !== undefined && isNamed(entry, names, rest))) {
      found.push(entry);
    }
  }
  // A kind that was said rules out a name that happens to begin with it.
  const said = found.filter(({ kind }) => name.toLowerCase().startsWith(`${kind.toLowerCase()} `));
  return said.length > 0 ? said : found;
}

/** With or without its schema, of a table's member with or without the table, of a function with or without arguments. */
function isNamed(entry: ArchiveEntry, names: EntryNames, name: string): boolean {
  const { parts, suffix } = names.partsOf(entry);
  if (name === `${parts.join('.')}${suffix}` || name === entry.tag) return true;
  const given = parseQualifiedName(
    name.endsWith(suffix) ? name.slice(0, -suffix.length || undefined) : name,
  );
  if (given === undefined) return false;
  const own = parts.slice(-1);
  const shapes = [parts, own, [...parts.slice(0, 1), ...own]];
  return shapes.some((shape) => sameParts(shape, given));
}

/** Of entries of one name, those that need no other of them. */
function topmost(head: ArchiveHead, entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const [first, ...others] = entries;
  if (first === undefined || others.length === 0) return entries;
  const below = needing(head, new Set([first.id]));
  return [
    first,
    ...topmost(
      head,
      others.filter(({ id }) => !below.has(id)),
    ),
  ];
}

function withSatellites(head: ArchiveHead, ids: ReadonlySet<number>): ReadonlySet<number> {
  const owners = new Map<number, ArchiveEntry>();
  if (ids.size === 0) return ids;
  for (const entry of entriesOf(head)) {
    if (ids.has(entry.id) || belongsToOne(entry, owners)) owners.set(entry.id, entry);
  }
  return new Set(owners.keys());
}

function belongsToOne(entry: ArchiveEntry, owners: ReadonlyMap<number, ArchiveEntry>): boolean {
  return entry.needs.some((need) => {
    const owner = owners.get(need);
    if (owner === undefined) return false;
    if (SATELLITES.has(entry.kind)) return true;
    if (OF_TABLES.has(entry.kind)) return TABLES.has(owner.kind);
    const isMember = MEMBERS.has(entry.kind) && entry.tag.startsWith(`${owner.tag} `);
    return isMember && entry.schema === owner.schema;
  });
}

function distinct(objects: readonly NamedObject[]): readonly NamedObject[] {
  return [...new Map(objects.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}
