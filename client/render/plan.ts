import type { Plan } from '../../workflows/catalogue';
import { rendererOf } from '../runbooks/renderers';
import type { ExpectedDuration } from '../temporal/expected-duration';
import { formatDuration, printable, withLocalTimes } from './format';
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
    ...rendererOf(plan.runbook).planLines(plan, width),
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
