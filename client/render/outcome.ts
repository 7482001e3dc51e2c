import type { KeptFate } from '../temporal/kept-list';
import { describeObject, type LeftOut } from '../../workflows/model/left-out';
import type {
  BackupOutcome,
  PlannedOutcome,
  RestoreOutcome,
  RunOutcome,
} from '../../workflows/model/outcome';
import { renderForgot } from '../runbooks/forget/render';
import { formatBytes, formatCount, formatTime, printable } from './format';
import { renderTurned } from '../runbooks/maintenance/render';
import { partialRemark } from './points';
import { renderReleased } from './release-outcome';
import { renderTable } from './table';

/** What a run that is done came to, with the next command. */
export function renderOutcome(
  outcome: Exclude<RunOutcome, PlannedOutcome>,
  width = Infinity,
  replaced: KeptFate = 'kept',
): string {
  switch (outcome.runbook) {
    case 'backup':
      return renderBackup(outcome, width);
    case 'restore':
      return renderRestore(outcome, width, replaced);
    case 'deploy':
    case 'rollback':
      return renderReleased(outcome, width);
    case 'forget':
      return renderForgot(outcome, width);
    case 'maintenance':
      return renderTurned(outcome);
  }
}

function renderBackup({ point, parts, skipped }: BackupOutcome, width: number): string {
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

function renderRestore(
  { run, point, parts, keptUntil }: RestoreOutcome,
  width: number,
  replaced: KeptFate,
): string {
  const rows = parts.map((part) => [
    part.name,
    part.into,
    formatBytes(part.bytes),
    part.rows.toLocaleString('en-GB'),
    String(part.proved),
    part.keptAs ?? '-',
  ]);
  const kept = parts.some((part) => part.keptAs !== undefined);
  const until = keptUntil === undefined ? '' : ` until ${formatTime(keptUntil)}`;
  const fates: Readonly<Record<KeptFate, readonly string[]>> = {
    kept: [`What was replaced is kept${until}; \`pawl restore confirm ${run}\` drops it now.`],
    dropped: ['What was replaced has been dropped.'],
    unknown: [],
  };
  return [
    `Restored from recovery point ${point.id}, taken ${formatTime(point.takenAt)}`,
    indent(
      renderTable(
        ['part', 'into', 'size', 'rows or files', 'digests equal', 'old one kept as'],
        rows,
        width - 2,
      ),
    ),
    ...parts.flatMap(({ name, notes }) => notes.map((note) => `  ${printable(name)}: ${note}`)),
    ...parts.flatMap(({ name, leftOut = [] }) =>
      leftOut.map((object) => `  left out of ${printable(name)}: ${renderLeftOut(object)}`),
    ),
    ...(kept ? fates[replaced] : []),
  ].join('\n');
}

function renderLeftOut(object: LeftOut): string {
  const reason = object.reason === undefined ? '' : `: ${object.reason}`;
  return printable(`${describeObject(object)}${reason}`);
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
