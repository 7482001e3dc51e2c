import type { StackSource } from '../../workflows/model/schedule';
import type { StackDescription } from '../../workflows/model/stack';

/** The last stack file of a stack that was valid, as the host keeps it. */
export interface KeptStackFile {
  /** Absent: it was handed over by a client whose file is not on this host. */
  readonly source?: StackSource;
  readonly description: StackDescription;
  /** ISO 8601, UTC. */
  readonly keptAt: string;
}

/** Stack files on this host, for what starts without a client: where each lies, and what it last said. */
export interface StackFiles {
  /** Replaces an earlier one. Durable (fsync) when it returns. Idempotent. */
  keep(kept: KeptStackFile): Promise<void>;
  /** Undefined: this host was never told of the stack. Throws: InternalError (what is kept cannot be read) */
  kept(stack: string): Promise<KeptStackFile | undefined>;
  /** Of every stack; one that cannot be read is left out. */
  all(): Promise<readonly KeptStackFile[]>;
  /** Undefined where there is no such file. Throws: AdapterError (PreconditionFailed: it is not valid, with its first problems) */
  read(source: StackSource): Promise<StackDescription | undefined>;
}
