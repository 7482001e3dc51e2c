/** Runs as Temporal knows them: for a stack workflow that has lost its memory, and for a forced end. */
export interface RunDirectory {
  /** Runs that are open now, and the highest number ever taken, which is `recorded` (from the audit record) or more. */
  find(
    stack: string,
    recorded: number,
  ): Promise<{ readonly open: readonly OpenRun[]; readonly highest: number }>;
  /** Resolves when the run is closed, however it closed. */
  awaitEnd(runId: string, signal: AbortSignal): Promise<{ readonly outcome: string }>;
  /** Terminates a run that is open. One that has ended is left alone, and so is another of its name: `key` says which. */
  end(run: string, key: string, reason: string): Promise<void>;
}

export interface OpenRun {
  readonly number: number;
  readonly runbook: string;
  readonly requestedBy: string;
}
