/** A run as the stack workflow sees it. */
export interface QueuedRun {
  readonly number: number;
  readonly runbook: string;
  readonly requestedBy: string;
  /** The submitter's idempotency key. */
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface Freeze {
  readonly message: string;
  readonly by: string;
  readonly since: string;
}

/** Answer of the `queue` query. */
export interface QueueState {
  readonly stack: string;
  readonly running: readonly QueuedRun[];
  /** First come, first served. */
  readonly waiting: readonly QueuedRun[];
  readonly freeze?: Freeze;
  /** The last runs that ended, newest first (at most ten). */
  readonly ended: readonly EndedRun[];
}

export interface EndedRun {
  readonly number: number;
  readonly runbook: string;
  readonly outcome: 'done' | 'failed' | 'cancelled' | 'terminated';
  readonly summary: string;
  readonly endedAt: string;
}
