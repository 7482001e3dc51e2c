import { fingerprint } from './fingerprint';
import { ENGINES } from './engines';
import type { EngineKind } from './stack';

/**
 * Where a part is restored. Nothing is ever written over what works: the content is built beside `into`, proved there,
 * and swapped with it; what was there is kept.
 *
 * postgres  the database `beside` is renamed to `into`, the old one to `keep`
 * mongodb   `into` is a database; each collection `c` is built as `c` + besideSuffix in it and renamed
 * sqlite    the file is built in a folder beside, the old one with its WAL goes to a folder `keep`
 * files     `into` is a directory and stays the same directory (it may be mounted); its entries are moved
 */
export interface RestoreTarget {
  readonly into: string;
  readonly besideSuffix: string;
  readonly keepSuffix: string;
  /** Names of objects that are not to be restored (postgres); a name may mean nothing in this part. Absent: none. */
  readonly leaveOut?: readonly string[];
}

/** A run that is only planned has no number yet: its names show `N`. */
export function restoreTarget(into: string, runNumber: number | 'N'): RestoreTarget {
  return {
    into,
    besideSuffix: `_restoring_${runNumber}`,
    keepSuffix: `_before_${runNumber}`,
  };
}

/** The name `into` has with a suffix, fitted to the engine's limit; equal names stay equal, different ones different. */
export function suffixedName(engine: EngineKind, into: string, suffix: string): string {
  const whole = `${into}${suffix}`;
  const { renamesDatabases, databaseNameBytes = Infinity } = ENGINES[engine];
  if (!renamesDatabases || utf8Length(whole) <= databaseNameBytes) return whole;
  const mark = `~${fingerprint(charactersOf(into))}${suffix}`;
  let head = '';
  for (const character of into) {
    if (utf8Length(head + character) + utf8Length(mark) > databaseNameBytes) break;
    head += character;
  }
  return head + mark;
}

/** Computed by hand: neither Buffer nor TextEncoder exists in Temporal's workflow sandbox. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Its characters: databases bear these names, and are found by them later. */
function* charactersOf(name: string): Generator<number> {
  for (const character of name) yield character.codePointAt(0) ?? 0;
}
