import type { StepProgress } from '../model/run';

/** What one looks for comes first: what failed, what runs, what ended last; then what waits, in its order. */
export function tellingFirst(steps: readonly StepProgress[]): readonly StepProgress[] {
  const failed = steps.filter(({ state }) => state === 'failed');
  const running = steps.filter(({ state }) => state === 'running');
  const waiting = steps.filter(({ state }) => state === 'waiting');
  const known = new Set([...failed, ...running, ...waiting]);
  const ended = steps.filter((step) => !known.has(step)).reverse();
  return [...failed, ...running, ...ended, ...waiting];
}

/** As many of the most telling steps as have room, in the order of the run. */
export function withinBytes(
  steps: readonly StepProgress[],
  roomBytes: number,
): readonly StepProgress[] {
  const kept = new Set<StepProgress>();
  let bytes = 0;
  for (const step of tellingFirst(steps)) {
    bytes += jsonBytes(step);
    if (bytes > roomBytes) break;
    kept.add(step);
  }
  return kept.size === steps.length ? steps : steps.filter((step) => kept.has(step));
}

/** At most so many: neither Buffer nor TextEncoder exists in Temporal's workflow sandbox. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  return text.length + 2 * (text.match(/[^ -~]/g)?.length ?? 0) + 1;
}
