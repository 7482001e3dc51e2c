import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { SIDE_FILES } from './place';

/**
 * The files of a restore, all in folders beside the database that nobody but the worker's user may enter.
 *
 * | present                  | means |
 * | beside, no keep          | restored, or being restored |
 * | keep, and in beside new  | `swap` runs: the old one moves to `keep`, its main file last, then the new one takes its place |
 * | keep, nothing in beside  | swapped; in `keep` the old one, or `absent`: there was none |
 * | keep without any of them | nothing was moved yet, or all is back |
 * | back                     | `swapBack` has taken the new one out, and brings the old one back |
 */
export interface RestoreLayout {
  readonly folder: string;
  readonly into: string;
  readonly beside: string;
  /** What is restored. */
  readonly restored: string;
  readonly keep: string;
  /** The old database, under the name that its side files go with. */
  readonly kept: string;
  readonly absent: string;
  /** Containers that `swap` has stopped and not yet started again. */
  readonly stopped: string;
  /** The new one, that `swapBack` has taken out. */
  readonly dropped: string;
  readonly back: string;
}

/** Leaves room for the suffixes below the 255 bytes that file systems allow. */
const LONGEST_NAME_BYTES = 180;

const DATABASE = 'database';

export function restoreLayout(
  into: string,
  { besideSuffix, keepSuffix }: Pick<RestoreTarget, 'besideSuffix' | 'keepSuffix'>,
): RestoreLayout {
  const beside = fitted(into, besideSuffix);
  const keep = fitted(into, keepSuffix);
  return {
    folder: dirname(into),
    into,
    beside,
    restored: join(beside, DATABASE),
    keep,
    kept: join(keep, DATABASE),
    absent: join(keep, 'absent'),
    stopped: join(keep, 'stopped'),
    dropped: join(keep, 'dropped'),
    back: join(keep, 'back'),
  };
}

/** A database with what SQLite keeps beside it; the main file last: as long as it is there, not all has moved. */
export function filesOf(database: string): readonly string[] {
  return [...SIDE_FILES.map((suffix) => database + suffix), database];
}

function fitted(into: string, suffix: string): string {
  if (Buffer.byteLength(basename(into)) <= LONGEST_NAME_BYTES) return into + suffix;
  const mark = createHash('sha256').update(basename(into)).digest('hex').slice(0, 32);
  return join(dirname(into), mark + suffix);
}
