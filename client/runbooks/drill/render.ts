import type { DrillOutcome, DrillPlan } from '../../../workflows/model/drill';
import { formatBytes, formatDuration, formatTime, indent, printable } from '../../render/format';
import { partialRemark } from '../../render/points';
import { renderTable } from '../../render/table';

export function planLines(
  { point, parts, places, assertions }: DrillPlan,
  width: number,
): string[] {
  const rows = parts.map(({ part, bytes, rows }) => [
    part.name,
    formatBytes(bytes),
    rows.toLocaleString('en-GB'),
    places.find(({ entry }) => entry === part.entry)?.place ?? '',
  ]);
  return [
    `Recovery point ${point.id} of ${formatTime(point.takenAt)} (${point.run})${partialRemark(point)}, in scratch places:`,
    indent(renderTable(['part', 'size', 'rows or files', 'restored in'], rows, width - 2)),
    `Then ${assertions === 1 ? '1 assertion' : `${assertions} assertions`} of the stack file. Nothing live is touched.`,
  ];
}

export function renderOutcome(
  { proof, point, parts, results, leftOut, ageSeconds, recoverySeconds }: DrillOutcome,
  width: number,
): string {
  const rows = results.map(({ part, gate, passed, seconds, detail }) => [
    part,
    gate,
    passed ? 'passed' : 'FAILED',
    `${seconds.toFixed(1)} s`,
    printable(detail),
  ]);
  const name = `Recovery point ${point.id} of ${formatTime(point.takenAt)}`;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return [
    proof === 'passed' ? `${name} is proved.` : `${name}: the proof FAILED.`,
    indent(renderTable(['part', 'gate', 'is', 'took', 'seen'], rows, width - 2)),
    ...leftOut.map(({ name, reason }) => `  not drilled: ${printable(name)}: ${printable(reason)}`),
    `Bringing back ${formatBytes(bytes)} took ${formatDuration(recoverySeconds)}; the point was ${formatDuration(ageSeconds)} old.`,
    ...(proof === 'passed'
      ? []
      : ['An older one may do: `pawl drill --point oldest`, and `pawl points` lists them all.']),
  ].join('\n');
}
