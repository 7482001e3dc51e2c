/** What became of the requests of one phase, each counted in the phase in which it ended. */
export interface PhaseReport {
  readonly name: string;
  /** All that ended: `ok` + `failed` + `byApplication`. */
  readonly sent: number;
  readonly ok: number;
  /** Nobody's answer, the wrong one, or an error that whatever stands before the application made. */
  readonly failed: number;
  /** How often each way of failing was seen: `refused`, `status 502`, … */
  readonly reasons: Readonly<Record<string, number>>;
  /** Answers of 400 and above with the header x-version: the application's own, passed on as they should be. */
  readonly byApplication: number;
  /** Good answers of each version, by the header x-version. */
  readonly versions: Readonly<Record<string, number>>;
  /** Of the good answers to requests that are answered at once. */
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Longest time in which no request was answered well; it counts for the phase in which it ends. */
  readonly longestGapSeconds: number;
  readonly seconds: number;
  /** Connections that were opened to be held, by kind: `websocket`, `stream`. */
  readonly held: Readonly<Record<string, number>>;
  /** Those among them that ended before their time, and those that could not be opened. */
  readonly cut: Readonly<Record<string, number>>;
}

/** One request that has ended. */
export interface Ended {
  readonly version: string;
  readonly milliseconds: number;
  /** It was to be answered late: its latency says nothing. */
  readonly slow: boolean;
  /** Why it failed; absent when it went well. */
  readonly reason?: string;
  /** The application itself has answered with an error. */
  readonly byApplication?: true;
}

type Counts = Record<string, number>;

/** Counts of a phase, or of all of them. */
export class Tally {
  private ok = 0;
  private byApplication = 0;
  private readonly reasons: Counts = {};
  private readonly versions: Counts = {};
  private readonly held: Counts = {};
  private readonly cut: Counts = {};
  private readonly latencies: number[] = [];
  private longestGap = 0;
  private closedAt: number | undefined;

  constructor(
    private readonly name: string,
    private readonly openedAt: number,
  ) {}

  add({ version, milliseconds, slow, reason, byApplication }: Ended): void {
    if (byApplication === true) this.byApplication += 1;
    else if (reason !== undefined) count(this.reasons, reason);
    else {
      this.ok += 1;
      count(this.versions, version);
      if (!slow) this.latencies.push(milliseconds);
    }
  }

  addGap(milliseconds: number): void {
    this.longestGap = Math.max(this.longestGap, milliseconds);
  }

  addHeld(kind: string): void {
    count(this.held, kind);
  }

  addCut(kind: string): void {
    count(this.cut, kind);
  }

  close(at: number): void {
    this.closedAt ??= at;
  }

  report(): PhaseReport {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    const failed = Object.values(this.reasons).reduce((sum, times) => sum + times, 0);
    return {
      name: this.name,
      sent: this.ok + failed + this.byApplication,
      ok: this.ok,
      failed,
      reasons: { ...this.reasons },
      byApplication: this.byApplication,
      versions: { ...this.versions },
      p50Milliseconds: quantile(sorted, 0.5),
      p99Milliseconds: quantile(sorted, 0.99),
      longestGapSeconds: this.longestGap / 1000,
      seconds: ((this.closedAt ?? performance.now()) - this.openedAt) / 1000,
      held: { ...this.held },
      cut: { ...this.cut },
    };
  }
}

function count(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** 0 when there are none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
