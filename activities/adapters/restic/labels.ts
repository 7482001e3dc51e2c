import { createHash } from 'node:crypto';
import type { Manifest, RecoveryPointSummary } from '../../../workflows/model/recovery-point';
import type { StreamLabel } from '../../ports';
import type { Snapshot } from './events';

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

/** Tags that find every stream of a stack. */
export function stackStreamTags(stack: string): string[] {
  return [PART_MARK, tag('stack', stack)];
}

/** Name of the part that a stream's snapshot is of. */
export function partName(snapshot: Snapshot): string | undefined {
  return tagValues(snapshot, 'part')[0];
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

/**
 * The recovery point that a manifest's snapshot stands for; undefined when the manifest is torn. A worker that dies while
 * it hands the manifest over closes restic's stdin, which restic takes for its end: the size it should have tells.
 */
export function recoveryPoint(snapshot: Snapshot): RecoveryPointSummary | undefined {
  const value = (key: string): string => tagValues(snapshot, key)[0] ?? '';
  if (snapshot.summary?.total_bytes_processed !== Number(value('manifest-bytes'))) return undefined;
  return {
    id: snapshot.short_id,
    stack: value('stack'),
    run: value('run-id'),
    runKey: value('run'),
    takenAt: new Date(snapshot.time).toISOString(),
    parts: Number(value('parts')),
    bytes: Number(value('bytes')),
    entries: tagValues(snapshot, 'entry'),
    partial: value('partial') === 'true',
  };
}

function tag(key: string, value: string | number): string {
  return `${key}:${encodeURIComponent(value)}`;
}

function tagValues({ tags = [] }: Snapshot, key: string): string[] {
  const found = tags.filter((candidate) => candidate.startsWith(`${key}:`));
  return found.map((one) => decodeURIComponent(one.slice(key.length + 1)));
}
