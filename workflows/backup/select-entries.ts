import type { ProtectEntry } from '../model/stack';
import type { Obstacle } from '../model/obstacle';

/** The entries an operator named; all when none was. */
export function selectEntries(
  protect: readonly ProtectEntry[],
  only: readonly string[],
): readonly ProtectEntry[] | Obstacle {
  const unknown = only.filter((name) => !protect.some((entry) => entry.name === name));
  if (unknown.length > 0) {
    return {
      obstacle: `the stack file protects nothing called ${unknown.join(', ')}`,
      advice: `It protects ${protect.map((entry) => entry.name).join(', ')}.`,
    };
  }
  return only.length === 0 ? protect : protect.filter((entry) => only.includes(entry.name));
}
