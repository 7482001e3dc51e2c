import { ENGINES } from '../model/engines';
import { formatCount } from '../model/format-count';
import type { Part } from '../model/recovery-point';

/** `1,676,206 rows`, `1 file`: what a part holds, in its engine's own word. */
export function countRows({ engine }: Pick<Part, 'engine'>, rows: number): string {
  return formatCount(rows, ENGINES[engine].unit);
}
