import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';

/** The hash of a plan: of all that it says it will do. What it only estimates changes from look to look. */
export function hashOfPlan(plan: object): string {
  const { disk: _, ...hashed } = plan as { readonly disk?: unknown };
  return hashPlan(hashed);
}

/** SHA-256 of an object's canonical JSON. @noble/hashes: Temporal's sandbox has no node:crypto. */
export function hashPlan(plan: object): string {
  return bytesToHex(sha256(canonicalJson(plan)));
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
