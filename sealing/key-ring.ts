import type { Key } from './seal-payload';

/** The keys of an installation: one seals, all open. */
export interface KeyRing {
  sealing(): Key;
  find(id: string): Key | undefined;
}

export interface RingKey extends Key {
  /** Milliseconds since 1970 from which on it seals; it opens from the start. */
  readonly sealsFrom: number;
}

/** Of keys that are newest first, at a time. The oldest seals when none is due. */
export function sealingKey(keys: readonly RingKey[], now: number): Key | undefined {
  return keys.find(({ sealsFrom }) => sealsFrom <= now) ?? keys.at(-1);
}

/** A ring whose keys never change. */
export function keyRing(keys: readonly [RingKey, ...RingKey[]]): KeyRing {
  return {
    sealing: () => sealingKey(keys, Date.now()) ?? keys[0],
    find: (id) => keys.find((key) => key.id === id),
  };
}
