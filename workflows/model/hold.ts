/** What a person may decide about a step that has failed: `abort` undoes the run, as without a hold. */
export type HoldWay = 'retry' | 'skip' | 'abort';

/** A step that failed permanently, and waits for a person. */
export interface HeldStep {
  /** `gate-after:1`. */
  readonly step: string;
  readonly title: string;
  /** Why it failed. */
  readonly failure: string;
  readonly advice?: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** `skip` only of what the run can do without. */
  readonly ways: readonly HoldWay[];
  /** What a retry may correct, and how it is now, such as `timeoutSeconds`. */
  readonly values: Readonly<Record<string, number>>;
}

/** What a person decides: the argument of the Update `resolve`. */
export interface HoldAnswer {
  /** As `RunRequest.requestedBy`. Told by the sender, proves nothing. */
  readonly by: string;
  readonly way: HoldWay;
  /** Which of the held steps; may be left out where one is held. */
  readonly step?: string;
  /** Why; a skip must say it. */
  readonly message?: string;
  /** Corrected values, of a retry. */
  readonly values?: Readonly<Record<string, number>>;
}

/** A held step that was decided about. */
export interface ResolvedHold {
  readonly step: string;
  readonly title: string;
  readonly failure: string;
  readonly since: string;
  readonly by: string;
  readonly way: HoldWay;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly message?: string;
  readonly values?: Readonly<Record<string, number>>;
}
