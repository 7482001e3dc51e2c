import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import { cut, formatBytes, formatFullTime } from './format';
import { renderTable } from './table';

/** JSON has them all. */
const HELD_WIDTH = 60;

/** Recovery points, newest first. */
export function renderPoints(points: readonly RecoveryPointSummary[], width = Infinity): string {
  if (points.length === 0) return 'No recovery point yet: `pawl backup`.';
  return renderTable(
    ['point', 'taken', 'run', 'parts', 'size', 'of'],
    points.map((point) => [
      point.id,
      formatFullTime(point.takenAt),
      point.run,
      String(point.parts),
      formatBytes(point.bytes),
      cut(held(point), HELD_WIDTH),
    ]),
    width,
  );
}

/** `, partial: only accounts` for one that a plain restore does not take; nothing for any other. */
export function partialRemark(point: Held): string {
  return point.partial ? `, partial: ${held(point)}` : '';
}

type Held = Partial<Pick<RecoveryPointSummary, 'partial' | 'entries'>>;

function held({ partial, entries = [] }: Held): string {
  return partial ? `only ${entries.join(', ')}` : 'everything';
}
