import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type Question } from './load/exchange';
import { hold, type Held, type HeldKind } from './load/held';
import { Tally, type PhaseReport } from './load/tally';

export type { Held, HeldKind, PhaseReport };

/*
 * A bounded load of requests on loopback: what the users of a service do while it is released. Nothing is ever tried
 * again. In each 20 requests: 1 that takes 2 s, 6 by POST, 13 that are answered at once.
 */

export interface LoadOptions {
  /** On loopback; it must serve what `test/images/app/app.cjs` does. */
  readonly url: string;
  /** So many requests at a time, half of them on connections that are kept; 32 when absent, 64 at most. */
  readonly connections?: number;
  /** Mean pause of each connection between two requests; 50 when absent. */
  readonly thinkMilliseconds?: number;
  /** Of one request, to the end of its answer; 15 when absent. */
  readonly timeoutSeconds?: number;
  /** It ends by itself after so long, and `stop` fails then; 900 when absent. */
  readonly mostSeconds?: number;
}

export interface LoadReport {
  readonly phases: readonly PhaseReport[];
  readonly total: PhaseReport;
}

export interface Load {
  /** Begins another phase. */
  phase(name: string): void;
  /** Of the present phase, so far. */
  current(): PhaseReport;
  /** Opens a connection to be held. One that cannot be opened, or ends before it is to, is counted as cut. */
  hold(kind: HeldKind): Promise<Held>;
  /** Per cent of the good answers to what was asked between two times that were of that version, and how many there were. */
  share(version: string, between: Between): Share;
  /**
   * Asks nothing more, waits for what is under way, and reports. A second call answers as the first did.
   * Throws: Error (the load had ended by itself: nothing was measured since)
   */
  stop(): Promise<LoadReport>;
}

/** Milliseconds since 1970. */
export interface Between {
  readonly from: number;
  readonly to: number;
}

export interface Share {
  readonly percent: number;
  readonly answers: number;
}

const NOT_OPENED: Held = { isOpen: () => false, end: () => Promise.resolve(false) };
const MOST_CONNECTIONS = 64;
const SLOW_MILLISECONDS = 2_000;
/** Of 20 requests. */
const SLOW_ONES: readonly number[] = [7];
const POSTS: readonly number[] = [1, 4, 8, 11, 14, 18];
/** A mean request takes so long: after a failure, a connection waits for that time, so that an outage is not counted by
 * more requests than it kept from being answered. */
const AFTER_FAILURE_MILLISECONDS = (SLOW_ONES.length / 20) * SLOW_MILLISECONDS;

/** Starts it; the first phase is `start`. Throws: Error (not on loopback, too many connections) */
export function startLoad(options: LoadOptions): Promise<Load> {
  return new Promise((resolve) => {
    const { url, connections = 32 } = options;
    const { hostname } = new URL(url);
    if (!/^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname))
      throw new Error(`a load is for loopback only, not for ${hostname}`);
    if (connections > MOST_CONNECTIONS)
      throw new Error(`${connections} connections: at most ${MOST_CONNECTIONS}`);
    resolve(new RunningLoad(options, connections));
  });
}

class RunningLoad implements Load {
  private readonly total = new Tally('total', performance.now());
  private readonly phases = [new Tally('start', performance.now())];
  private readonly ending = new AbortController();
  private readonly bound: NodeJS.Timeout;
  private readonly work: Promise<unknown>;
  private ranOut = false;
  private asked = 0;
  private lastOkAt = performance.now();
  private report: Promise<LoadReport> | undefined;
  /** Of good answers, each with the time at which it was asked for. */
  private readonly versions: { readonly askedAt: number; readonly version: string }[] = [];

  constructor(
    private readonly options: LoadOptions,
    connections: number,
  ) {
    const { mostSeconds = 900 } = options;
    const lanes = Array.from({ length: connections }, (_, lane) => this.run(lane % 2 === 0));
    this.work = Promise.all(lanes);
    this.bound = setTimeout(() => {
      this.ranOut = true;
      this.ending.abort();
    }, mostSeconds * 1000).unref();
  }

  phase(name: string): void {
    const now = performance.now();
    this.phases.at(-1)?.close(now);
    this.phases.push(new Tally(name, now));
  }

  current(): PhaseReport {
    return (this.phases.at(-1) ?? this.total).report();
  }

  async hold(kind: HeldKind): Promise<Held> {
    const cut = (how: string): void => {
      for (const tally of this.tallies()) tally.addCut(how);
    };
    try {
      const { isOpen, end } = await hold(kind, this.options.url, this.ending.signal);
      for (const tally of this.tallies()) tally.addHeld(kind);
      const ended = async (): Promise<boolean> => {
        const lived = await end();
        if (!lived) cut(kind);
        return lived;
      };
      return { isOpen, end: ended };
    } catch {
      // What is measured: nobody gave it a connection.
      cut(`${kind} not opened`);
      return NOT_OPENED;
    }
  }

  share(version: string, { from, to }: Between): Share {
    const answers = this.versions.filter(({ askedAt }) => askedAt >= from && askedAt < to);
    const its = answers.filter((answer) => answer.version === version);
    return { percent: (its.length / answers.length) * 100, answers: answers.length };
  }

  stop(): Promise<LoadReport> {
    this.report ??= this.end();
    return this.report;
  }

  private async end(): Promise<LoadReport> {
    clearTimeout(this.bound);
    const now = performance.now();
    this.noteGap(now);
    for (const tally of this.tallies()) tally.close(now);
    this.ending.abort();
    await this.work;
    if (this.ranOut)
      throw new Error(`the load had ended by itself after ${this.options.mostSeconds ?? 900} s`);
    return { phases: this.phases.map((phase) => phase.report()), total: this.total.report() };
  }

  /** One connection at a time, each request after the answer to the one before. */
  private async run(kept: boolean): Promise<void> {
    const { thinkMilliseconds = 50, timeoutSeconds = 15 } = this.options;
    const agent = new Agent({ keepAlive: kept, maxSockets: 1 });
    // Not all at once.
    await sleep(Math.random() * thinkMilliseconds);
    while (!this.ending.signal.aborted) {
      const askedAt = Date.now();
      const ended = await ask(this.nextQuestion(), agent, timeoutSeconds * 1000);
      const failed = ended.reason !== undefined;
      for (const tally of this.tallies()) tally.add(ended);
      if (!failed && ended.byApplication !== true) {
        this.versions.push({ askedAt, version: ended.version });
        this.noteGap(performance.now());
      }
      const pause = thinkMilliseconds * (0.5 + Math.random());
      await sleep(failed ? pause + AFTER_FAILURE_MILLISECONDS : pause);
    }
    agent.destroy();
  }

  /** Evenly mixed, so that a short load sees its share of each. */
  private nextQuestion(): Question {
    this.asked += 1;
    const place = this.asked % 20;
    const at = (path: string): URL => new URL(path, this.options.url);
    if (SLOW_ONES.includes(place)) return { url: at(`/slow?ms=${SLOW_MILLISECONDS}`), slow: true };
    if (!POSTS.includes(place)) return { url: at('/version'), slow: false };
    const body = `request ${this.asked} `.repeat(20);
    return { url: at('/echo'), slow: false, body };
  }

  /** What ends after `stop` was called has no say: nothing is asked any more. */
  private noteGap(now: number): void {
    if (this.ending.signal.aborted) return;
    for (const tally of this.tallies()) tally.addGap(now - this.lastOkAt);
    this.lastOkAt = now;
  }

  private tallies(): Tally[] {
    return [this.total, ...this.phases.slice(-1)];
  }
}
