import { median, table } from '../support/figures';
import type { Result } from './race';

const HEAD = [
  'contender',
  'turns',
  'requests',
  'failed',
  '% failed',
  'failed per turn',
  'p99 ms',
  'longest gap s',
  'release serves after s',
  'rollback serves after s',
  'held across: cut of all',
  'canary off by at most points',
];

export function tableOf(results: readonly Result[]): void {
  table(HEAD, results.map(row));
}

/** Requests and failures are those of all turns, rollbacks included, without what came before the first one. */
function row({ contender, turns, load }: Result): string[] {
  const phases = turns.map(({ phase }) => phase);
  const sum = (of: (phase: (typeof phases)[number]) => number): number =>
    phases.reduce((total, phase) => total + of(phase), 0);
  const [sent, failed] = [sum((phase) => phase.sent), sum((phase) => phase.failed)];
  const across = turns.reduce((total, turn) => total + turn.heldAcross, 0);
  const cut = Object.values(load.total.cut).reduce((total, count) => total + count, 0);
  return [
    contender,
    String(turns.length),
    String(sent),
    String(failed),
    ((failed / sent) * 100).toFixed(2),
    (failed / turns.length).toFixed(1),
    load.total.p99Milliseconds.toFixed(0),
    load.total.longestGapSeconds.toFixed(2),
    served(turns, 'release'),
    served(turns, 'rollback'),
    across + cut === 0 ? '' : `${across}: ${cut} of ${heldIn(load)}`,
    deviation(turns),
  ];
}

function heldIn({ total }: Result['load']): number {
  return Object.values(total.held).reduce((sum, count) => sum + count, 0);
}

function served(turns: Result['turns'], kind: 'release' | 'rollback'): string {
  const values = turns.filter((turn) => turn.kind === kind).map((turn) => turn.servedSeconds);
  return values.length === 0 ? '' : median(values).toFixed(1);
}

/** Of the share that the new version was to have; empty without a canary. */
function deviation(turns: Result['turns']): string {
  const off = turns.flatMap(({ canary }) =>
    canary.map(({ percent, weight }) => Math.abs(percent - weight)),
  );
  return off.length === 0 ? '' : Math.max(...off).toFixed(1);
}
