import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import type { PlannedStep } from '../model/plans';

/** The hash of a plan: of all that it says it will do. What it only estimates changes from look to look. */
export function hashPlan(plan: object): string {
  const { disk: _, steps = [], ...hashed } = plan as Estimated;
  return hashJson({ ...hashed, steps: steps.map(({ expectedBytes: __, ...step }) => step) });
}

interface Estimated {
  readonly disk?: unknown;
  readonly steps?: readonly PlannedStep[];
}

/** SHA-256 of an object's canonical JSON. @noble/hashes: Temporal's sandbox has no node:crypto. */
export function hashJson(value: object): string {
  return bytesToHex(sha256(canonicalJson(value)));
}

/** JSON with the keys of every object sorted, so that equal data has one text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const record = inner as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(record)
        .sort()
        .map((key) => [key, record[key]]),
    );
  });
}
