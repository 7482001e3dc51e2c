import type { HostFinding } from '../../workflows/model/host-finding';
import type { Colours } from '../terminal/output';
import { formatCount, printable, withLocalTimes, wrap } from './format';

const MARKS: Readonly<Record<HostFinding['severity'], string>> = {
  ok: '✓',
  warning: '!',
  problem: '✗',
};

/** An id that is longer takes a line of its own. */
const WIDEST_ID = 20;

/** A column says what was looked at, beside it what was found, and under that what mends it. */
export function renderFindings(
  findings: readonly HostFinding[],
  colours: Colours,
  width = Infinity,
): string {
  const column = Math.min(WIDEST_ID, Math.max(0, ...findings.map(({ id }) => id.length)));
  const lines = findings.flatMap((finding) => renderFinding(finding, column, width, colours));
  return [...lines, summary(findings)].join('\n');
}

function renderFinding(
  { id, severity, fact, fix }: HostFinding,
  column: number,
  width: number,
  colours: Colours,
): string[] {
  const paint = { ok: colours.green, warning: colours.yellow, problem: colours.red }[severity];
  const indent = ' '.repeat(column + 4);
  const room = width - indent.length;
  const found = wrap(withLocalTimes(printable(fact)), room);
  const mended = fix === undefined ? [] : wrap(`→ ${printable(fix)}`, room);
  const name = colours.dim(printable(id).padEnd(column));
  const head = `${paint(MARKS[severity])} ${name}`;
  const [first = '', ...rest] = id.length > column ? ['', ...found] : found;
  return [`${head}  ${first}`.trimEnd(), ...[...rest, ...mended].map((line) => `${indent}${line}`)];
}

function summary(findings: readonly HostFinding[]): string {
  const count = (wanted: HostFinding['severity']) =>
    findings.filter(({ severity }) => severity === wanted).length;
  if (count('problem') + count('warning') === 0) return 'Everything is in order.';
  return `${formatCount(count('problem'), 'problem')}, ${formatCount(count('warning'), 'warning')}.`;
}
