import type { Slot } from './deployment';
import type { StackDescription } from './stack';

/** A run, or a keeper of one, that cannot go on and is to be ended: what the workflow `endByForce` is started with. */
export interface ForcedEndInput {
  readonly stack: StackDescription;
  /** Id of its workflow: `melvin/42`, `kept/melvin/2`, `warm/melvin`, `stack/melvin`. */
  readonly run: string;
  /** 0 of what is no run. */
  readonly number: number;
  /** Temporal's id of its first execution. */
  readonly key: string;
  /** Its workflow type. */
  readonly runbook: string;
  /** Who had asked for it. */
  readonly requestedBy: string;
  /** Who ends it. */
  readonly by: string;
  /** Why it cannot go on; one sentence without its full stop. */
  readonly reason: string;
}

/** What a service's requests are sent to now. */
export interface SettledService {
  readonly service: string;
  readonly slot: Slot;
  readonly release: number;
  /** Whether that was not so before. */
  readonly putBack: boolean;
}

export interface SettledTraffic {
  readonly services: readonly SettledService[];
  /** What is still not as it should be; each a sentence without its full stop. */
  readonly left: readonly string[];
}

export interface ForcedEnd extends SettledTraffic {
  readonly run: string;
}
