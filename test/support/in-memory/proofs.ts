import type { OpenProofs } from '../../../activities/ports/proofs';
import type { Proof } from '../../../workflows/model/proof';

/** Proofs of all repositories together. */
export function createInMemoryProofs(): { readonly open: OpenProofs; readonly stored: Proof[] } {
  const stored: Proof[] = [];
  const open: OpenProofs = () => ({
    store: (proof) => {
      if (!stored.some(({ drillKey }) => drillKey === proof.drillKey)) stored.unshift(proof);
      return Promise.resolve();
    },
    list: (stack) => Promise.resolve(stored.filter((proof) => proof.stack === stack)),
  });
  return { open, stored };
}
