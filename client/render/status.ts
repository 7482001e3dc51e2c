import type { MaintainedService } from '../../workflows/model/maintenance';
import type { QueuedRun, QueueState } from '../../workflows/model/queue';
import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import type { ListedRun } from '../temporal/run-list';
import type { Colours } from '../terminal/output';
import { formatBytes, formatCount, formatTime, printable } from './format';
import { describeMaintenance } from './maintenance';
import { partialRemark } from './points';

export interface StackStatus {
  readonly stack: string;
  readonly host: string;
  readonly worker: boolean;
  /** By the calendar of the stack file, now. */
  readonly frozen: readonly { readonly runbook: string; readonly window: string }[];
  /** Absent when no worker answered. */
  readonly queue?: QueueState;
  /** Those that are in maintenance; absent when the host did not say. */
  readonly maintenance?: readonly MaintainedService[];
  readonly lastPoint: RecoveryPointSummary | undefined;
  readonly lastRun: ListedRun | undefined;
  readonly link: string;
}

export function renderStatus(status: StackStatus, { bold, red, green, dim }: Colours): string {
  const { stack, host, worker, lastPoint, lastRun, link } = status;
  return [
    `${bold(stack)}  host ${host}, worker ${worker ? green('connected') : red('away')}`,
    ...status.frozen.map(({ runbook, window }) =>
      red(line('frozen', `${runbook}: ${printable(window)}`)),
    ),
    ...maintenanceLines(status, red),
    ...queueLines(status.queue, red),
    line('last point', lastPoint ? describePoint(lastPoint) : 'none that Temporal remembers'),
    ...(lastRun ? [line('last run', `${lastRun.run} ${lastRun.runbook}, ${lastRun.outcome}`)] : []),
    dim(line('see', link)),
  ].join('\n');
}

function maintenanceLines(
  { maintenance, worker }: StackStatus,
  red: (text: string) => string,
): string[] {
  // Of a worker that is away the first line tells.
  if (!maintenance) return worker ? [line('maintained', 'not known: the host did not say')] : [];
  return maintenance.map((service) => red(line('maintained', describeMaintenance(service))));
}

function queueLines(queue: QueueState | undefined, red: (text: string) => string): string[] {
  if (!queue) return [line('queue', 'not known: no worker answers')];
  const { freeze, running, waiting, stack } = queue;
  return [
    ...(freeze
      ? [
          red(
            line(
              'frozen',
              `${printable(freeze.message)} (${freeze.by}, ${formatTime(freeze.since)})`,
            ),
          ),
        ]
      : []),
    ...running.map((run) => line('running', describeRun(stack, run))),
    ...waiting.map((run) => line('waiting', describeRun(stack, run))),
    ...(running.length + waiting.length === 0 ? [line('queue', 'empty')] : []),
  ];
}

function describeRun(stack: string, { number, runbook, requestedBy, since }: QueuedRun): string {
  return `${stack}/${number} ${runbook}, since ${formatTime(since)}, by ${printable(requestedBy)}`;
}

function describePoint(point: RecoveryPointSummary): string {
  const { id, takenAt, parts, bytes, run } = point;
  const size = `${formatCount(parts, 'part')}, ${formatBytes(bytes)}`;
  return `${id} of ${formatTime(takenAt)} (${run}): ${size}${partialRemark(point)}`;
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(10)}  ${text}`;
}
