/** Who must say yes to a run before it touches anything. */
export interface ApprovalPolicy {
  /** How many different people. */
  readonly required: number;
  /** Who may: `anna` on whatever machine, or `anna@workshop` on that one alone. */
  readonly from: readonly string[];
  /** After so long without enough approvals the run counts as rejected. */
  readonly expiresSeconds: number;
  /** Whether whoever asked for the run is one of those who may approve it. */
  readonly self: boolean;
}

/** By the name of the runbook; those that are absent need nobody. */
export type ApprovalPolicies = Readonly<Record<string, ApprovalPolicy>>;

/** What a person says to a run that waits: the argument of the Updates `approve` and `reject`. */
export interface ApprovalAnswer {
  /** As `RunRequest.requestedBy`: `anna@workshop`, or `anna`. Told by the sender, proves nothing. */
  readonly by: string;
  /** The whole hash of the plan that this person has seen. */
  readonly planHash: string;
  /** Why; a rejection must say it. */
  readonly message?: string;
}

/** An answer that was taken. */
export interface GivenAnswer {
  readonly by: string;
  /** Hash of the plan that it is about: a run whose plan changes asks again. */
  readonly planHash: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly message?: string;
}

/** A run's approval, as far as it is. */
export interface ApprovalState {
  readonly planHash: string;
  /** What a person should know before saying yes: the plan's notes, or the first of very many. */
  readonly notes: readonly string[];
  readonly required: number;
  readonly from: readonly string[];
  readonly self: boolean;
  readonly requestedBy: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly expiresAt: string;
  readonly given: readonly GivenAnswer[];
  readonly rejectedBy?: GivenAnswer;
}
