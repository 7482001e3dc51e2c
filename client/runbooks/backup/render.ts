import type { BackupOutcome } from '../../../workflows/model/outcome';
import type { BackupPlan } from '../../../workflows/model/plans';
import { formatBytes, formatCount, formatTime, indent, printable } from '../../render/format';
import { partialRemark } from '../../render/points';
import { renderTable } from '../../render/table';

export function planLines(plan: BackupPlan, width: number): string[] {
  const rows = plan.parts.map(({ part, version, expectedBytes }) => [
    part.name,
    version,
    `about ${formatBytes(expectedBytes)}`,
  ]);
  return [
    `Into repository ${plan.repository.url}${plan.repository.create ? ' (will be created)' : ''}:`,
    indent(renderTable(['part', 'from', 'size'], rows, width - 2)),
    ...plan.skipped.map(({ name, reason }) => `  left out: ${printable(name)}: ${reason}`),
    `In all about ${formatBytes(plan.expectedBytes)}.`,
  ];
}

export function renderOutcome({ point, parts, skipped }: BackupOutcome, width: number): string {
  const rows = parts.map((part) => [
    part.name,
    formatBytes(part.bytes),
    part.rows.toLocaleString('en-GB'),
    part.snapshotId.slice(0, 8),
  ]);
  return [
    `Recovery point ${point.id}: ${formatCount(point.parts, 'part')}, ${formatBytes(point.bytes)}, taken ${formatTime(point.takenAt)}${partialRemark(point)}`,
    indent(renderTable(['part', 'size', 'rows or files', 'snapshot'], rows, width - 2)),
    ...parts.flatMap(({ name, notes }) => notes.map((note) => `  ${printable(name)}: ${note}`)),
    ...skipped.map(({ name, reason }) => `  left out: ${printable(name)}: ${reason}`),
    ...(point.partial ? ['A restore of everything takes the newest one that is not partial.'] : []),
    `Bring it back with \`pawl restore --point ${point.id}\`.`,
  ].join('\n');
}
