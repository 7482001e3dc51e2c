import { formatCount } from '../model/format-count';
import type { Part } from '../model/recovery-point';
import type { EngineKind } from '../model/stack';

const ROW: Readonly<Record<EngineKind, string>> = {
  postgres: 'row',
  mongodb: 'document',
  files: 'file',
};

/** `1,676,206 rows`, `1 file`: what a part holds, in its engine's own word. */
export function countRows({ engine }: Pick<Part, 'engine'>, rows: number): string {
  return formatCount(rows, ROW[engine]);
}
