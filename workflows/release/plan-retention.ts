import type { ReleaseList } from '../model/release';

export interface ReleaseRetention {
  /** Release numbers that go. */
  readonly remove: readonly number[];
  /** Image ids that no kept release needs. */
  readonly images: readonly string[];
}

/**
 * Which releases go: all but the newest `keep`, the current one, and the one it replaced. No image that a kept release
 * needs is among those of the removed.
 */
export function planReleaseRetention(
  { releases, current }: ReleaseList,
  keep: number,
): ReleaseRetention {
  const serving = releases.find(({ number }) => number === current);
  const kept = releases.filter(
    ({ number }, index) => index < keep || number === current || number === serving?.replaced,
  );
  const removed = releases.filter((release) => !kept.includes(release));
  const needed = new Set(kept.flatMap(({ services }) => services.map(({ image }) => image.id)));
  const ids = removed.flatMap(({ services }) => services.map(({ image }) => image.id));
  return {
    remove: removed.map(({ number }) => number),
    images: [...new Set(ids)].filter((id) => !needed.has(id)),
  };
}
