import type { JudgedPoint, Slice } from '../../../workflows/model/retention';
import type { RetainOutcome, RetainPlan } from '../../../workflows/model/retain';
import { formatBytes, formatCount, formatFullTime, indent, printable } from '../../render/format';
import { renderTable } from '../../render/table';

export function planLines(plan: RetainPlan, width: number): string[] {
  const { points, strays, repository, growth } = plan;
  const kept = points.filter((point) => point.kept).length;
  return [
    `Of ${formatCount(points.length, 'recovery point')} in ${repository.url} ${kept} ${kept === 1 ? 'stays' : 'stay'} and ${points.length - kept} ${points.length - kept === 1 ? 'goes' : 'go'}.`,
    ...(points.length === 0 ? [] : [indent(table(points, width - 2))]),
    ...(strays === 0 ? [] : [`What ${formatCount(strays, 'failed run')} left goes too.`]),
    ...(growth === undefined
      ? []
      : [
          `New data: ${formatBytes(growth.bytesPerDay)} a day in the last ${growth.overDays} days.`,
        ]),
  ];
}

export function renderOutcome(outcome: RetainOutcome, width: number): string {
  const { kept, forgotten, snapshots, removed, read, notes } = outcome;
  return [
    `${formatCount(kept, 'recovery point')} kept, ${forgotten.length} forgotten (${formatCount(snapshots, 'snapshot')}).`,
    ...(forgotten.length === 0 ? [] : [indent(table(forgotten, width - 2))]),
    ...(removed === undefined ? [] : [`Freed: ${removed}.`]),
    `Nothing was found damaged; ${readWords(read)}.`,
    ...notes,
  ].join('\n');
}

function readWords(read: Slice | undefined): string {
  if (read === undefined) return 'none of its data was due to be read';
  return read.of === 1 ? 'all of its data was read' : `1/${read.of} of its data was read`;
}

function table(points: readonly JudgedPoint[], width: number): string {
  return renderTable(
    ['point', 'taken', 'run', '', 'because'],
    points.map(({ id, takenAt, run, kept, reasons }) => [
      id,
      formatFullTime(takenAt),
      run,
      kept ? 'stays' : 'goes',
      printable(reasons.join(', ')),
    ]),
    width,
  );
}
