import type { Freeze } from '../../workflows/model/queue';

/** What `pawl freeze` has said of the host's stacks: it holds also when Temporal has lost the stack's workflow. */
export interface Freezes {
  /** Replaces an earlier one. Durable (fsync) when it returns. Idempotent. */
  keep(stack: string, freeze: Freeze): Promise<void>;
  /** False when there was none. */
  lift(stack: string): Promise<boolean>;
  /** Throws: InternalError (what is kept cannot be read) */
  of(stack: string): Promise<Freeze | undefined>;
}
