import type { Slot } from './deployment';
import type { StackDescription } from './stack';

/** A slot that serves no more and still runs. */
export interface WarmSlot {
  readonly service: string;
  readonly slot: Slot;
  /** The release in it. */
  readonly release: number;
  /** ISO 8601, UTC: when it is stopped. */
  readonly until: string;
}

/** What the workflow `warm` is started with. */
export interface WarmInput {
  readonly stack: StackDescription;
  readonly project: string;
  readonly slots: readonly WarmSlot[];
}
