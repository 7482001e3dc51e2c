import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startLoad,
  type Held,
  type HeldKind,
  type Load,
  type LoadReport,
  type PhaseReport,
  type Share,
} from '../../test/support/load';
import { ask } from '../../test/support/load/exchange';
import { until } from '../../test/support/processes';
import type { Contender, Version } from './contender';

export interface RaceOptions {
  readonly releases: number;
  readonly rollbacks: number;
  readonly connections: number;
  /** Connections that are held across each cutover, beside the requests: opened before, ended when the new version serves. */
  readonly held: readonly HeldKind[];
}

/** One release or rollback. */
interface Turn {
  readonly kind: 'release' | 'rollback';
  /** Until the new version has all requests. */
  readonly servedSeconds: number;
  /** Until all is over, what was held included. */
  readonly seconds: number;
  /** Connections that were open when the new version had all requests. */
  readonly heldAcross: number;
  readonly canary: readonly MeasuredShare[];
  readonly phase: PhaseReport;
}

/** What a share of a canary came to, by the answers that the load got. */
export interface MeasuredShare extends Share {
  readonly weight: number;
}

/** How one contender has done. */
export interface Result {
  readonly contender: string;
  readonly turns: readonly Turn[];
  readonly load: LoadReport;
}

/** What fails late still counts for the release that caused it; and nobody releases without a pause. */
const SETTLE_MILLISECONDS = 3_000;
/** Bounds the load, should a contender hang. */
const MOST_SECONDS_OF_A_TURN = 120;
/** Of a canary's half, so many in a row are all but impossible. */
const ANSWERS_IN_A_ROW = 20;
const ANSWER_MILLISECONDS = 5_000;
const SERVED_SECONDS = 90;
const BETWEEN_LOOKS_MILLISECONDS = 250;

/** Releases the two versions in turns under load, then goes back and forth; each turn is a phase of the load's. */
export async function race(contender: Contender, options: RaceOptions): Promise<Result> {
  const { releases, rollbacks, connections, held } = options;
  let version: Version = '1';
  await contender.release(version);
  await untilServed(contender.url, version);
  const mostSeconds = (releases + rollbacks + 1) * MOST_SECONDS_OF_A_TURN;
  const load = await startLoad({ url: contender.url, connections, mostSeconds });
  const next = (kind: Turn['kind'], n: number): Promise<Turn> => {
    version = version === '1' ? '2' : '1';
    load.phase(`${kind} ${n}, to ${version}`);
    return turn(contender, load, { kind, version, held });
  };
  const turns: Turn[] = [];
  const times = async (kind: Turn['kind'], count: number): Promise<void> => {
    for (let n = 1; n <= count; n += 1) {
      const ended = await next(kind, n);
      console.log(lineOf(ended));
      turns.push(ended);
    }
  };
  try {
    await sleep(SETTLE_MILLISECONDS);
    await times('release', releases);
    await times('rollback', rollbacks);
    return { contender: contender.title, turns, load: await load.stop() };
  } finally {
    await ended(load);
  }
}

interface TurnOptions {
  readonly kind: Turn['kind'];
  readonly version: Version;
  readonly held: readonly HeldKind[];
}

async function turn(
  contender: Contender,
  load: Load,
  { kind, version, held }: TurnOptions,
): Promise<Turn> {
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const connections = await Promise.all(held.map((one) => load.hold(one)));
  const back = kind === 'rollback' ? contender.rollback?.(version) : undefined;
  const change = back ?? contender.release(version);
  const served = untilServed(contender.url, version).then(async () => {
    const across = { servedSeconds: elapsed(), heldAcross: count(connections) };
    await Promise.all(connections.map((one) => one.end()));
    return across;
  });
  const [across] = await Promise.all([served, change]);
  const seconds = elapsed();
  const windows = (await contender.canary?.()) ?? [];
  const canary = windows.map(({ weight, between }) => ({
    weight,
    ...load.share(version, between),
  }));
  await sleep(SETTLE_MILLISECONDS);
  return { kind, ...across, seconds, canary, phase: load.current() };
}

function count(connections: readonly Held[]): number {
  return connections.filter(({ isOpen }) => isOpen()).length;
}

/** Whatever came of it: the first failure is the one to tell. */
async function ended(load: Load): Promise<void> {
  await load.stop().catch(() => undefined);
}

/** Waits until many answers in a row, each on a connection of its own, are of that version. */
async function untilServed(url: string, version: Version): Promise<void> {
  const fresh = new Agent();
  const question = { url: new URL('/version', url), slow: false };
  await until(async () => {
    for (let inARow = 0; inARow < ANSWERS_IN_A_ROW; inARow += 1) {
      const answer = await ask(question, fresh, ANSWER_MILLISECONDS);
      if (answer.version !== version) {
        // Of two slots in turn, each question that ends at the old one's answer leaves the load one more of the new one's.
        await sleep(BETWEEN_LOOKS_MILLISECONDS);
        return undefined;
      }
    }
    return true;
  }, SERVED_SECONDS);
}

function lineOf({ phase, ...turn }: Turn): string {
  const { name, sent, failed, reasons, byApplication, cut } = phase;
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([what, times]) => `${times} ${what}`)
      .join(', ');
  const shares = turn.canary.map(
    ({ weight, percent, answers }) => `canary ${weight} %: ${percent.toFixed(1)} % of ${answers}`,
  );
  const told = [
    `${sent} requests`,
    `${failed} failed${failed === 0 ? '' : ` (${counts(reasons)})`}`,
    ...(byApplication === 0 ? [] : [`${byApplication} by application`]),
    ...(turn.heldAcross === 0 ? [] : [`${turn.heldAcross} held across`]),
    ...(Object.keys(cut).length === 0 ? [] : [`cut: ${counts(cut)}`]),
    `p99 ${phase.p99Milliseconds.toFixed(0)} ms`,
    `gap ${phase.longestGapSeconds.toFixed(2)} s`,
    ...shares,
    `serves after ${turn.servedSeconds.toFixed(1)} s, over after ${turn.seconds.toFixed(1)} s`,
  ];
  return `  ${name}: ${told.join(', ')}`;
}
