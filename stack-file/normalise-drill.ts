import type { DrillDescription } from '../workflows/model/proof';
import type { StackDocument } from './schema';

/** Absent when nothing is asserted. */
export function normaliseDrill({ drill }: StackDocument): DrillDescription | undefined {
  if (drill === undefined || drill.assert.length === 0) return undefined;
  return { assert: drill.assert.map(({ sql }) => ({ kind: 'sql', ...sql })) };
}
