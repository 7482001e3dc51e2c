import type { Slot } from './deployment';

/**
 * Where a slot's traffic stands. `drain`: what is in flight ends, nothing new comes. `off`: it may be stopped. With
 * `addresses`, its servers at these alone get requests; all others are checked, and get none.
 */
export type SlotTraffic =
  { readonly weight: number; readonly addresses?: readonly string[] } | 'drain' | 'off';

export type Traffic = Readonly<Record<Slot, SlotTraffic>>;

/** As a run wants it: with `servers`, of its containers that run the first so many, by their number. */
export type SlotShare = { readonly weight: number; readonly servers?: number } | 'drain' | 'off';

export type Shares = Readonly<Record<Slot, SlotShare>>;

/** All requests that there are, where the other slot has nothing else. */
export const ALL: SlotShare = { weight: 100 };

export function sharesOf(slot: Slot, share: SlotShare, other: SlotShare): Shares {
  return slot === 'blue' ? { blue: share, green: other } : { blue: other, green: share };
}

/** 0 where nothing new comes. */
export function weightOf(traffic: SlotTraffic | SlotShare): number {
  return typeof traffic === 'object' ? traffic.weight : 0;
}

export interface ServerCounters {
  readonly address: string;
  readonly up: boolean;
  /** Its last check failed, or its name has no address any more: nothing is sent to it. Before its first check it is neither. */
  readonly down: boolean;
  readonly inFlight: number;
}

export interface SlotCounters {
  /** Servers of it that are up. */
  readonly up: number;
  /** Those whose address HAProxy knows. */
  readonly servers: readonly ServerCounters[];
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
