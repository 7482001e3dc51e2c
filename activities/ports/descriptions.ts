import type { StackDescription } from '../../workflows/model/stack';

/** Long descriptions of stacks, so that a run hands them over once. What is lost here is asked for again. */
export interface Descriptions {
  /** Idempotent. Those that were not given for a month may be dropped by it. */
  keep(hash: string, description: StackDescription): Promise<void>;
  /** Undefined: it was never given, or was lost; the run gives it again. */
  find(hash: string): Promise<StackDescription | undefined>;
}
