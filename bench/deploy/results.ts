import { median, table } from '../support/figures';
import type { Result } from './race';

const HEAD = [
  'contender',
  'releases',
  'requests',
  'failed',
  '% failed',
  'failed per release',
  'p99 ms',
  'longest gap s',
  's per release',
  's per rollback',
  'held: cut of opened',
];

export function tableOf(results: readonly Result[]): void {
  table(HEAD, results.map(row));
}

/** Requests and failures are those of all turns, rollbacks included, without what came before the first one. */
function row({ contender, releaseSeconds, rollbackSeconds, load }: Result): string[] {
  const turns = load.phases.slice(1);
  const sum = (of: (turn: (typeof turns)[number]) => number): number =>
    turns.reduce((total, turn) => total + of(turn), 0);
  const [sent, failed] = [sum((turn) => turn.sent), sum((turn) => turn.failed)];
  const held = Object.values(load.total.held).reduce((total, count) => total + count, 0);
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
    seconds(releaseSeconds),
    seconds(rollbackSeconds),
    held + cut === 0 ? '' : `${cut} of ${held}`,
  ];
}

function seconds(values: readonly number[]): string {
  return values.length === 0 ? '' : median(values).toFixed(1);
}
