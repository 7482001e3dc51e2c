import type { PinnedImage } from '../../workflows/model/release';

/** Enough of a digest to tell two images apart by eye; JSON has it whole. */
const SHOWN_DIGEST = 12;

/** `registry/api:v2 (0123456789ab)`: what was asked for, and what it meant. */
export function shortImage({ reference, pinned }: Omit<PinnedImage, 'id'>): string {
  const digest = digestOf(pinned);
  const isPinned = digest === undefined || reference === pinned;
  return isPinned ? shortPinned(reference) : `${reference} (${digest})`;
}

/** `registry/api@0123456789ab`, or `0123456789ab` for one that no registry has. */
export function shortPinned(pinned: string): string {
  return pinned.replace(/sha256:([0-9a-f]{12})[0-9a-f]*$/, '$1');
}

function digestOf(pinned: string): string | undefined {
  return /sha256:([0-9a-f]+)$/.exec(pinned)?.[1]?.slice(0, SHOWN_DIGEST);
}
