import type { Proof, ProofSummary } from '../../../workflows/model/proof';
import type { Attempt } from '../../ports/attempt';
import type { OpenProofs } from '../../ports/proofs';
import { backupArguments } from './arguments';
import { PROOF_PATH, proofTags, proofOf, stackProofTags } from './proof-labels';
import { listSnapshots } from './list-snapshots';
import { Restic, type ResticOptions } from './restic';
import { removeLocksOfTheDead } from './stale-locks';
import { requireStillThere } from './still-there';

/** `Proofs` by the restic program: each is a snapshot of one small file, and says in its tags what a list shows. */
export function createResticProofs(options: ResticOptions): OpenProofs {
  return (site, description) => {
    const restic = new Restic(options, site, description);
    return {
      store: (proof, attempt) => store(restic, proof, attempt),
      list: (stack, attempt) => list(restic, stack, attempt),
    };
  };
}

async function store(restic: Restic, proof: Proof, attempt: Attempt): Promise<void> {
  const { signal } = attempt;
  const { stack, drill, drillKey, provedAt } = proof;
  const known = await list(restic, stack, attempt);
  if (known.some((other) => other.drillKey === drillKey)) return;
  const input = `${JSON.stringify(proof, null, 2)}\n`;
  await removeLocksOfTheDead(restic, signal);
  const tags = proofTags(proof, Buffer.byteLength(input));
  await restic.run({
    args: backupArguments({ path: PROOF_PATH, stack, takenAt: provedAt, tags }),
    attempted: `Storing the proof of ${drill} in ${restic.name}`,
    signal,
    input,
    wasSeen: true,
  });
  await requireStillThere(restic);
}

async function list(
  restic: Restic,
  stack: string,
  { signal }: Attempt,
): Promise<readonly ProofSummary[]> {
  const attempted = `Listing what ${restic.name} has of proofs of ${stack}`;
  const snapshots = await listSnapshots(restic, {
    anyOf: [stackProofTags(stack)],
    attempted,
    signal,
  });
  // Two attempts may each have stored it.
  const proofs = new Map(
    snapshots.flatMap((snapshot) => {
      const proof = proofOf(snapshot);
      return proof === undefined ? [] : [[proof.drillKey, proof] as const];
    }),
  );
  return [...proofs.values()].sort((a, b) => b.provedAt.localeCompare(a.provedAt));
}
