import type { Proof } from '../../workflows/model/proof';
import { runStep, type StepInput } from '../frame/run-step';
import type { Ports } from '../ports/host-ports';

export interface StoreProofInput extends StepInput {
  readonly proof: Omit<Proof, 'host'>;
}

/**
 * Stores the evidence of a drill in the repository, beside the recovery point that it is about.
 * Retry:  safe; one drill has one proof
 * Throws: ResourceBusy · ServiceUnavailable · CommandFailed
 */
export const storeProof =
  (ports: Ports) =>
  (input: StoreProofInput): Promise<void> =>
    runStep(ports, input, { phase: 'store proof' }, async (attempt, site) => {
      const proofs = ports.openProofs(site, input.stack.repository);
      await proofs.store({ ...input.proof, host: ports.host }, attempt);
    });
