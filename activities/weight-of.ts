import type { Slot } from '../workflows/model/deployment';
import type { Traffic } from '../workflows/model/traffic';

export function weightOf(traffic: Traffic, slot: Slot): number {
  const state = traffic[slot];
  return typeof state === 'object' ? state.weight : 0;
}
