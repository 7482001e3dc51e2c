import type { Proof, ProofSummary } from '../../workflows/model/proof';
import type { RepositoryDescription } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { Site } from './site';

/** A stack's proofs, in its repository: whoever reads a recovery point there knows whether it was ever proved. */
export interface Proofs {
  /** One drill, one proof: does nothing when there is one of this drill. Throws: ResourceBusy · ServiceUnavailable · CommandFailed */
  store(proof: Proof, attempt: Attempt): Promise<void>;
  /** Newest first. What is no proof, whoever has written it, hides none. */
  list(stack: string, attempt: Attempt): Promise<readonly ProofSummary[]>;
}

/** No effect by itself. */
export type OpenProofs = (site: Site, description: RepositoryDescription) => Proofs;
