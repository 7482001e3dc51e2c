import type { KnownCopies } from '../../../activities/ports/copies';

/** `KnownCopies` in memory. */
export function createInMemoryKnownCopies(): KnownCopies {
  const known = new Map<string, string[]>();
  const idsOf: KnownCopies['idsOf'] = (stack, { name, url }) =>
    Promise.resolve(known.get(`${stack} ${name} ${url}`) ?? []);
  return {
    idsOf,
    learn: async (stack, copy, id) => {
      const ids = new Set([...(await idsOf(stack, copy)), id]);
      known.set(`${stack} ${copy.name} ${copy.url}`, [...ids]);
    },
  };
}
