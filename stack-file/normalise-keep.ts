import type { KeepPolicy } from '../workflows/model/keep';
import { requireSeconds } from './duration';
import type { StackDocument } from './schema';
import { SIZE } from './schema-keep';

const UNIT_BYTES: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** Absent where nothing is ever forgotten. */
export function normaliseKeep({ keep }: StackDocument): KeepPolicy | undefined {
  if (keep === undefined) return undefined;
  const { within, maxBytes, zone, ...counts } = keep;
  const [, size = '', unit = ''] = SIZE.exec(maxBytes ?? '') ?? [];
  return {
    ...given(counts),
    ...(within === undefined ? {} : { withinSeconds: requireSeconds(within) }),
    ...(maxBytes === undefined ? {} : { maxBytes: Number(size) * (UNIT_BYTES[unit] ?? NaN) }),
    zone,
  };
}

type Counts = Pick<KeepPolicy, 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly'>;

function given(counts: { readonly [Name in keyof Counts]?: number | undefined }): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}
