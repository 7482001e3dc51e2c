import type { BackupPlan, Plan, RestorePlan, RestorePlanPart } from '../../workflows/model/plans';
import type { ExpectedDuration } from '../temporal/expected-duration';
import { formatBytes, formatDuration, formatTime, printable } from './format';
import { maintenanceLines } from './maintenance';
import { partialRemark } from './points';
import { deployLines, rollbackLines } from './release-plan';
import { renderTable } from './table';

/** Enough to tell two plans apart by eye; JSON has it whole. */
const SHOWN_HASH = 12;

/** What a run will do, for a person to say yes to. */
export function renderPlan(plan: Plan, expected?: ExpectedDuration): string {
  return [
    `Plan ${plan.hash.slice(0, SHOWN_HASH)}: ${plan.runbook} of stack ${plan.stack}`,
    ...bodyLines(plan),
    ...(expected === undefined ? [] : [expectedLine(plan.runbook, expected)]),
    'Steps:',
    ...plan.steps.map(({ title }, index) => `  ${index + 1}. ${printable(title)}`),
    ...(plan.notes.length > 0
      ? ['To know:', ...plan.notes.map((note) => `  ${printable(note)}`)]
      : []),
  ].join('\n');
}

function expectedLine(
  runbook: Plan['runbook'],
  { seconds, runs, withApproval }: ExpectedDuration,
): string {
  const last = runs === 1 ? `the last ${runbook}` : `the last ${runs} ${runbook}s`;
  const waits = withApproval ? ', the wait for approval among it' : '';
  return `It takes about ${formatDuration(seconds)}, by ${last}${waits}.`;
}

function bodyLines(plan: Plan): string[] {
  switch (plan.runbook) {
    case 'backup':
      return backupLines(plan);
    case 'restore':
      return restoreLines(plan);
    case 'deploy':
      return deployLines(plan);
    case 'rollback':
      return rollbackLines(plan);
    case 'maintenance':
      return maintenanceLines(plan);
  }
}

function backupLines(plan: BackupPlan): string[] {
  const rows = plan.parts.map(({ part, version, expectedBytes }) => [
    part.name,
    version,
    `about ${formatBytes(expectedBytes)}`,
  ]);
  return [
    `Into repository ${plan.repository.url}${plan.repository.create ? ' (will be created)' : ''}:`,
    indent(renderTable(['part', 'from', 'size'], rows)),
    ...plan.skipped.map(({ name, reason }) => `  left out: ${printable(name)}: ${reason}`),
    `In all about ${formatBytes(plan.expectedBytes)}.`,
  ];
}

function restoreLines({ point, parts, keepReplacedSeconds }: RestorePlan): string[] {
  const rows = parts.map((planned) => [
    planned.part.name,
    planned.target.into,
    formatBytes(planned.bytes),
    planned.rows.toLocaleString('en-GB'),
    keptName(planned),
  ]);
  return [
    `From recovery point ${point.id} of ${formatTime(point.takenAt)} (${point.run})${partialRemark(point)}:`,
    indent(renderTable(['part', 'into', 'size', 'rows or files', 'the present one becomes'], rows)),
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
