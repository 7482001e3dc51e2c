import type { GivenAnswer } from '../../workflows/model/approval';
import type { ResolvedHold } from '../../workflows/model/hold';

export interface AuditEntry {
  readonly run: string;
  readonly runKey: string;
  readonly stack: string;
  readonly runbook: string;
  readonly requestedBy: string;
  readonly trigger: string;
  readonly planHash: string;
  readonly outcome: string;
  /** One sentence. */
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Why it was started in a freeze of the calendar. */
  readonly despiteFreeze?: string;
  /** Who said yes to the plan, and why; absent where nobody did. */
  readonly approvals?: readonly GivenAnswer[];
  /** Who said no. */
  readonly rejectedBy?: GivenAnswer;
  /** What people have decided about steps that had failed. */
  readonly holds?: readonly ResolvedHold[];
}

/** Append-only, hash-chained JSON lines per stack. */
export interface AuditRecord {
  /** Idempotent by `runKey`. Durable (fsync) when it returns. Throws InternalError when the chain is broken. */
  append(entry: AuditEntry): Promise<void>;
  /** Highest run number recorded for the stack; 0 when none. Throws InternalError when the chain is broken. */
  highestRunNumber(stack: string): Promise<number>;
  /** The stack's lines as they stand, oldest first. A broken chain is no failure here: a copy of it is evidence. */
  read(stack: string): Promise<readonly string[]>;
}
