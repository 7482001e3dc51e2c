import type { HostFinding } from '../../workflows/model/host-finding';
import type { Colours } from '../terminal/output';
import { formatCount, printable } from './format';

const MARKS: Readonly<Record<HostFinding['severity'], string>> = {
  ok: '✓',
  warning: '!',
  problem: '✗',
};

export function renderFindings(findings: readonly HostFinding[], colours: Colours): string {
  const paint = { ok: colours.green, warning: colours.yellow, problem: colours.red };
  const lines = findings.flatMap(({ id, severity, fact, fix }) => [
    `${paint[severity](MARKS[severity])} ${printable(fact)} ${colours.dim(`(${id})`)}`,
    ...(fix === undefined ? [] : [`    ${printable(fix)}`]),
  ]);
  return [...lines, summary(findings)].join('\n');
}

function summary(findings: readonly HostFinding[]): string {
  const count = (wanted: HostFinding['severity']) =>
    findings.filter(({ severity }) => severity === wanted).length;
  if (count('problem') + count('warning') === 0) return 'Everything is in order.';
  return `${formatCount(count('problem'), 'problem')}, ${formatCount(count('warning'), 'warning')}.`;
}
