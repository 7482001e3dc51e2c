import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startLoad,
  type HeldKind,
  type Load,
  type LoadReport,
  type PhaseReport,
} from '../../test/support/load';
import { ask } from '../../test/support/load/exchange';
import { until } from '../../test/support/processes';
import type { Contender, Version } from './contender';

export interface RaceOptions {
  readonly releases: number;
  readonly rollbacks: number;
  readonly connections: number;
  /** Long-lived connections beside the requests. */
  readonly held: readonly HeldKind[];
}

/** How one contender has done. */
export interface Result {
  readonly contender: string;
  readonly releaseSeconds: readonly number[];
  readonly rollbackSeconds: readonly number[];
  readonly load: LoadReport;
}

/** What fails late still counts for the release that caused it; and nobody releases without a pause. */
const SETTLE_MILLISECONDS = 3_000;
/** Bounds the load, should a contender hang. */
const MOST_SECONDS_OF_A_TURN = 90;
const ANSWERS_IN_A_ROW = 5;
const ANSWER_MILLISECONDS = 5_000;

/** Releases the two versions in turns under load, then goes back and forth; each turn is a phase of the load's. */
export async function race(contender: Contender, options: RaceOptions): Promise<Result> {
  const { releases, rollbacks, connections, held } = options;
  let version: Version = '1';
  await contender.release(version);
  await untilServed(contender.url, version);
  const mostSeconds = (releases + rollbacks + 1) * MOST_SECONDS_OF_A_TURN;
  const load = await startLoad({ url: contender.url, connections, held, mostSeconds });
  const turn = async (name: string, change: (to: Version) => Promise<void>): Promise<number> => {
    version = version === '1' ? '2' : '1';
    load.phase(`${name}, to ${version}`);
    const startedAt = performance.now();
    await change(version);
    await untilServed(contender.url, version);
    const seconds = (performance.now() - startedAt) / 1000;
    await sleep(SETTLE_MILLISECONDS);
    return seconds;
  };
  const release = (to: Version): Promise<void> => contender.release(to);
  const rollback = (to: Version): Promise<void> => contender.rollback?.(to) ?? release(to);
  try {
    await sleep(SETTLE_MILLISECONDS);
    const releaseSeconds = await times(releases, (n) => turn(`release ${n}`, release));
    const rollbackSeconds = await times(rollbacks, (n) => turn(`rollback ${n}`, rollback));
    const report = await load.stop();
    return { contender: contender.title, releaseSeconds, rollbackSeconds, load: report };
  } finally {
    await ended(load);
  }
}

async function times(count: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let n = 1; n <= count; n += 1) results.push(await work(n));
  return results;
}

/** Whatever came of it: the first failure is the one to tell. */
async function ended(load: Load): Promise<void> {
  await load.stop().catch(() => undefined);
}

/** Waits until some answers in a row, each on a connection of its own, are of that version. */
async function untilServed(url: string, version: Version): Promise<void> {
  const fresh = new Agent();
  let inARow = 0;
  await until(async () => {
    const question = { url: new URL('/version', url), slow: false };
    const answer = await ask(question, fresh, ANSWER_MILLISECONDS);
    inARow = answer.version === version ? inARow + 1 : 0;
    return inARow === ANSWERS_IN_A_ROW ? true : undefined;
  }, 30);
}

/** One line of a phase. */
export function lineOf({ name, sent, failed, reasons, ...more }: PhaseReport): string {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
  const why = failed === 0 ? '' : ` (${counts(reasons)})`;
  const cut = Object.keys(more.cut).length === 0 ? '' : `, cut: ${counts(more.cut)}`;
  const byApplication = more.byApplication === 0 ? '' : `, ${more.byApplication} by application`;
  return (
    `  ${name}: ${sent} requests, ${failed} failed${why}${byApplication}${cut}, ` +
    `p99 ${more.p99Milliseconds.toFixed(0)} ms, gap ${more.longestGapSeconds.toFixed(2)} s`
  );
}
