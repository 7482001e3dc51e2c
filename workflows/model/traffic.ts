import type { Slot } from './deployment';

/** Where a slot's traffic stands. `drain`: what is in flight ends, nothing new comes. `off`: it may be stopped. */
export type SlotTraffic = { readonly weight: number } | 'drain' | 'off';

export type Traffic = Readonly<Record<Slot, SlotTraffic>>;

/** 0 where nothing new comes. */
export function weightOf(traffic: SlotTraffic): number {
  return typeof traffic === 'object' ? traffic.weight : 0;
}

export interface SlotCounters {
  /** Servers of it that are up. */
  readonly up: number;
  /** Addresses of its servers that are known to HAProxy. */
  readonly addresses: readonly string[];
  /** Sum of its servers' weights while they may get requests; 0 = none come. */
  readonly weight: number;
  readonly inFlight: number;
  /** Counters since HAProxy started. */
  readonly responses: number;
  readonly errors: number;
  readonly connectionErrors: number;
  /** Average as HAProxy has it, in milliseconds: of the last responses, whichever release they were of. */
  readonly responseMilliseconds: number;
}

export type SwitchCounters = Readonly<Record<Slot, SlotCounters>>;
