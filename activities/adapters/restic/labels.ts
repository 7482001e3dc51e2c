import { createHash } from 'node:crypto';
import type {
  Manifest,
  RecoveryPointSummary,
  UnreadablePoint,
} from '../../../workflows/model/recovery-point';
import type { StreamLabel } from '../../ports/repository';
import type { Snapshot } from './snapshot';

/*
 * What pawl writes on its snapshots, so that a list of recovery points is one call to restic, and a person with nothing
 * but restic finds everything. Values are URI-encoded: a comma would end a tag.
 */

export const MANIFEST_PATH = '/manifest.json';

const PART_MARK = 'pawl-part';
const MANIFEST_MARK = 'pawl-manifest';

/** Longer names could not be restored as a file by hand (255 bytes on most file systems). */
const LONGEST_FILE_NAME = 200;

export function streamTags(label: StreamLabel, uploadId: string): string[] {
  return [
    PART_MARK,
    tag('stack', label.stack),
    tag('run', label.runKey),
    tag('part', label.part.name),
    tag('upload', uploadId),
  ];
}

/** Path of the one file in a part's snapshot. Never `.` or `..`, whatever the part's name. */
export function streamPath(label: StreamLabel): string {
  const name = encodeURIComponent(label.part.name);
  if (name.length <= LONGEST_FILE_NAME) return `/${name}.dump`;
  const fingerprint = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `/${name.slice(0, LONGEST_FILE_NAME)}~${fingerprint}.dump`;
}

/** Tags that find every manifest of a stack. */
export function stackManifestTags(stack: string): string[] {
  return [MANIFEST_MARK, tag('stack', stack)];
}

export function manifestTags(manifest: Manifest, sizeBytes: number): string[] {
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  return [
    ...stackManifestTags(manifest.stack),
    tag('run-id', manifest.run),
    tag('run', manifest.runKey),
    tag('parts', manifest.parts.length),
    tag('bytes', bytes),
    tag('partial', String(manifest.partial)),
    ...manifest.entries.map((entry) => tag('entry', entry)),
    tag('manifest-bytes', sizeBytes),
  ];
}

export function isManifest({ tags = [] }: Snapshot): boolean {
  return tags.includes(MANIFEST_MARK);
}

/** What the snapshot of a manifest stands for. */
export type Marked =
  | { readonly point: RecoveryPointSummary }
  | { readonly unreadable: UnreadablePoint }
  /** A worker that dies while it hands the manifest over closes restic's stdin, which restic takes for its end. */
  | 'torn';

/** Reads the tags of a manifest's snapshot. One that is not as pawl writes it makes that point unreadable, and no other. */
export function markedPoint(snapshot: Snapshot): Marked {
  const id = snapshot.short_id;
  const original = snapshot.original?.slice(0, id.length);
  const takenAt = isoTime(snapshot.time);
  const unreadable = (reason: string): Marked => ({
    unreadable: { id, ...(takenAt === undefined ? {} : { takenAt }), reason },
  });
  if (takenAt === undefined) return unreadable('its time is none');
  try {
    const size = count(snapshot, 'manifest-bytes');
    if (snapshot.summary !== undefined && snapshot.summary.total_bytes_processed !== size) {
      return 'torn';
    }
    return {
      point: {
        id,
        ...(original === undefined || original === id ? {} : { otherIds: [original] }),
        stack: value(snapshot, 'stack'),
        run: value(snapshot, 'run-id'),
        runKey: value(snapshot, 'run'),
        takenAt,
        parts: count(snapshot, 'parts'),
        bytes: count(snapshot, 'bytes'),
        entries: values(snapshot, 'entry'),
        partial: value(snapshot, 'partial') === 'true',
      },
    };
  } catch (error) {
    if (error instanceof MalformedTag) return unreadable(error.message);
    throw error;
  }
}

/** Tags that every part of a stack bears. */
export function stackPartTags(stack: string): string[] {
  return [PART_MARK, tag('stack', stack)];
}

/** The part and the run that a snapshot says it is of; undefined for one that does not say it. */
export function markedPart(snapshot: Snapshot): { runKey: string; name: string } | undefined {
  if (snapshot.tags?.includes(PART_MARK) !== true) return undefined;
  try {
    return { runKey: value(snapshot, 'run'), name: value(snapshot, 'part') };
  } catch (error) {
    if (error instanceof MalformedTag) return undefined;
    throw error;
  }
}

/** Whether a snapshot is marked as one of a stack's. */
export function isOfStack({ tags = [] }: Snapshot, stack: string): boolean {
  return tags.includes(tag('stack', stack));
}

/** The key of the run that a manifest or a part says it is of; undefined for one that does not say it. */
export function markedRun(snapshot: Snapshot): string | undefined {
  const isMarked = snapshot.tags?.some((one) => one === PART_MARK || one === MANIFEST_MARK);
  if (isMarked !== true) return undefined;
  try {
    return value(snapshot, 'run');
  } catch (error) {
    if (error instanceof MalformedTag) return undefined;
    throw error;
  }
}

/** `restic repair snapshots` marks what it has taken pieces out of. */
export function isRepaired({ tags = [] }: Snapshot): boolean {
  return tags.includes('repaired');
}

export class MalformedTag extends Error {}

export function tag(key: string, value: string | number): string {
  return `${key}:${encodeURIComponent(value)}`;
}

export function values({ tags = [] }: Snapshot, key: string): string[] {
  const found = tags.filter((candidate) => candidate.startsWith(`${key}:`));
  return found.map((one) => decoded(one, key));
}

function decoded(written: string, key: string): string {
  try {
    return decodeURIComponent(written.slice(key.length + 1));
  } catch (error) {
    if (error instanceof URIError) throw new MalformedTag(`its tag "${key}" cannot be decoded`);
    throw error;
  }
}

export function value(snapshot: Snapshot, key: string): string {
  const [first] = values(snapshot, key);
  if (first === undefined || first === '') throw new MalformedTag(`it has no tag "${key}"`);
  return first;
}

export function count(snapshot: Snapshot, key: string): number {
  const written = value(snapshot, key);
  const number = Number(written);
  if (/^\d{1,16}$/.test(written) && Number.isSafeInteger(number)) return number;
  throw new MalformedTag(`its tag "${key}" is no number`);
}

export function isoTime(time: string): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
