import type { StackDescription } from '../../workflows/model/stack';

/** Longer than a run is open, also where `limits.deadline` was longer when it began. */
const LEAST_SECONDS = 7 * 86_400;

/** What was stored before this time is of no run that is still open: one ends at its deadline. ISO 8601, UTC. */
export function straysBefore({ limits }: StackDescription, now: string): string {
  const seconds = Math.max(LEAST_SECONDS, limits.deadlineSeconds);
  return new Date(Date.parse(now) - seconds * 1000).toISOString();
}
