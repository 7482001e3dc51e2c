/** Runs as Temporal knows them: only for the stack workflow that has lost its memory. */
export interface RunDirectory {
  /** Runs that are open now, and the highest number ever taken, which is `recorded` (from the audit record) or more. */
  find(
    stack: string,
    recorded: number,
  ): Promise<{ readonly open: readonly OpenRun[]; readonly highest: number }>;
  /** Resolves when the run is closed, however it closed. */
  awaitEnd(runId: string, signal: AbortSignal): Promise<{ readonly outcome: string }>;
}

export interface OpenRun {
  readonly number: number;
  readonly runbook: string;
  readonly requestedBy: string;
}
