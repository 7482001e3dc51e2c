import type { StackStatus } from '../status/gather-status';
import { concernsOf } from '../status/concerns';
import { formatAge } from './format';
import { renderTable } from './table';

/** One line for each stack, the one that needs somebody most first. */
export function renderStatusList(
  all: readonly StackStatus[],
  now: number,
  width = Infinity,
): string {
  const rows = all.map((status) => {
    const { stack, host, points, lastRun } = status;
    const concerns = concernsOf(status, now);
    return [
      ...[stack, host, concerns.length === 0 ? 'all well' : concerns.join('; ')],
      points.whole === undefined ? 'none' : formatAge(points.whole.takenAt, now),
      lastRun === undefined ? '-' : `${lastRun.run} ${lastRun.runbook}, ${lastRun.outcome}`,
    ];
  });
  return renderTable(['stack', 'host', 'state', 'whole point', 'last run'], rows, width);
}
