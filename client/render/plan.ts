import type { BackupPlan, Plan, RestorePlan, RestorePlanPart } from '../../workflows/model/plans';
import type { ExpectedDuration } from '../temporal/expected-duration';
import { forgetLines } from '../runbooks/forget/render';
import { formatBytes, formatDuration, formatTime, printable, withLocalTimes } from './format';
import { leftOutLines } from './left-out';
import { maintenanceLines } from '../runbooks/maintenance/render';
import { partialRemark } from './points';
import { deployLines, rollbackLines } from './release-plan';
import { renderTable } from './table';

/** Enough to tell two plans apart by eye; JSON has it whole. */
const SHOWN_HASH = 12;

export interface PlanView {
  readonly expected?: ExpectedDuration;
  /** Columns; none: nothing is broken. */
  readonly width?: number;
  /**
   * Lines that are in sight when the question comes. Of a plan that is longer, the steps come first: what it is about
   * stands right above the question.
   */
  readonly height?: number;
}

/** What a run will do, for a person to say yes to. */
export function renderPlan(
  plan: Plan,
  { expected, width = Infinity, height }: PlanView = {},
): string {
  const head = `Plan ${plan.hash.slice(0, SHOWN_HASH)}: ${plan.runbook} of stack ${plan.stack}`;
  const matters = [
    ...bodyLines(plan, width),
    ...(expected === undefined ? [] : [expectedLine(plan.runbook, expected)]),
    ...(plan.notes.length > 0
      ? ['Note:', ...plan.notes.map((note) => `  ${withLocalTimes(printable(note))}`)]
      : []),
  ];
  const steps = plan.steps.map(({ title }, index) => `  ${index + 1}. ${printable(title)}`);
  const whole = [head, ...matters, 'Steps:', ...steps];
  const isLong = height !== undefined && rowsOf(whole, width) > height;
  return (isLong ? [`Steps of the plan:`, ...steps, '', head, ...matters] : whole).join('\n');
}

/** How many rows of a terminal these lines take. */
function rowsOf(lines: readonly string[], width: number): number {
  const rows = lines.join('\n').split('\n');
  return rows.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
}

function expectedLine(
  runbook: Plan['runbook'],
  { seconds, runs, withApproval, leastSeconds }: ExpectedDuration,
): string {
  if (leastSeconds !== undefined && leastSeconds > seconds) {
    return `It takes more than ${formatDuration(leastSeconds)}: it watches that long.`;
  }
  const last = runs === 1 ? `the last ${runbook}` : `the last ${runs} ${runbook}s`;
  const waits = withApproval ? ', including the wait for approval' : '';
  return `It takes about ${formatDuration(seconds)}, going by ${last}${waits}.`;
}

function bodyLines(plan: Plan, width: number): string[] {
  switch (plan.runbook) {
    case 'backup':
      return backupLines(plan, width);
    case 'restore':
      return restoreLines(plan, width);
    case 'deploy':
      return deployLines(plan, width);
    case 'rollback':
      return rollbackLines(plan, width);
    case 'forget':
      return forgetLines(plan, width);
    case 'maintenance':
      return maintenanceLines(plan);
  }
}

function backupLines(plan: BackupPlan, width: number): string[] {
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

function restoreLines({ point, parts, keepReplacedSeconds }: RestorePlan, width: number): string[] {
  const rows = parts.map((planned) => [
    planned.part.name,
    planned.target.into,
    formatBytes(planned.bytes),
    planned.rows.toLocaleString('en-GB'),
    keptName(planned),
  ]);
  const head = ['part', 'into', 'size', 'rows or files', 'the present one becomes'];
  return [
    `From recovery point ${point.id} of ${formatTime(point.takenAt)} (${point.run})${partialRemark(point)}:`,
    indent(renderTable(head, rows, width - 2)),
    ...parts.flatMap(leftOutLines),
    ...(parts.some(({ keepAs }) => keepAs !== undefined)
      ? [`What is replaced is kept for ${formatDuration(keepReplacedSeconds)}.`]
      : []),
  ];
}

function keptName({ keepAs }: RestorePlanPart): string {
  return keepAs ?? '- (nothing there)';
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
