import { describeObject, type LeftOut } from '../../../workflows/model/left-out';
import type { RestoreOutcome } from '../../../workflows/model/outcome';
import type { RestorePlan, RestorePlanPart } from '../../../workflows/model/plans';
import { formatBytes, formatDuration, formatTime, indent, printable } from '../../render/format';
import { leftOutLines } from '../../render/left-out';
import { partialRemark } from '../../render/points';
import { renderTable } from '../../render/table';
import type { KeptFate } from '../../temporal/kept-list';

export function planLines(
  { point, from, parts, keepReplacedSeconds }: RestorePlan,
  width: number,
): string[] {
  const rows = parts.map((planned) => [
    planned.part.name,
    planned.target.into,
    formatBytes(planned.bytes),
    planned.rows.toLocaleString('en-GB'),
    keptName(planned),
  ]);
  const place = from === undefined ? '' : `, read from copy ${from}`;
  const head = ['part', 'into', 'size', 'rows or files', 'the present one becomes'];
  return [
    `From recovery point ${point.id} of ${formatTime(point.takenAt)} (${point.run})${partialRemark(point)}${place}:`,
    indent(renderTable(head, rows, width - 2)),
    ...parts.flatMap(leftOutLines),
    ...(parts.some(({ keepAs }) => keepAs !== undefined)
      ? [`What is replaced is kept for ${formatDuration(keepReplacedSeconds)}.`]
      : []),
  ];
}

export function renderOutcome(
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

function keptName({ keepAs }: RestorePlanPart): string {
  return keepAs ?? '- (nothing there)';
}

function renderLeftOut(object: LeftOut): string {
  const reason = object.reason === undefined ? '' : `: ${object.reason}`;
  return printable(`${describeObject(object)}${reason}`);
}
