import type { CopyDescription, RepositoryDescription } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { Site } from './site';

/** The way from a stack's own repository to one of its copies. What each of them holds, `Repository` tells. */
export interface CopyWay {
  /**
   * Creates the copy, so that what both hold is cut into the same chunks.
   * Retry:  safe; a repository that opens with this password is left alone
   * Throws: CredentialsRejected · CommandFailed · ServiceUnavailable
   */
  initialise(attempt: Attempt): Promise<void>;
  /**
   * Copies snapshots, each whole or not at all. What is there already is passed over, and so is an id that the stack's own
   * repository does not have: whoever must know looks at the copy.
   * Retry:  safe. Progress in octets, of `bytes`
   * Throws: ResourceBusy · CommandFailed (full) · VerificationFailed (damaged at either end) · ServiceUnavailable
   */
  copySnapshots(snapshots: SnapshotsToCopy, attempt: Attempt): Promise<void>;
}

export interface SnapshotsToCopy {
  /** Ids, or beginnings of them, in the stack's own repository. */
  readonly ids: readonly string[];
  /** Octets they are about. */
  readonly bytes: number;
  /** For messages: `recovery point 1a2b3c4d`. */
  readonly what: string;
}

/** Opens the way; no effect by itself. */
export type OpenCopyWay = (
  site: Site,
  own: RepositoryDescription,
  copy: CopyDescription,
) => CopyWay;

/** Which repositories a copy was made to: another one at the same address is not filled by mistake. */
export interface KnownCopies {
  /** restic's ids of those at this address; none when nothing was ever copied there. */
  idsOf(stack: string, copy: Pick<CopyDescription, 'name' | 'url'>): Promise<readonly string[]>;
  /** Durable (fsync) when it returns. Idempotent. Those of an earlier address are forgotten. */
  learn(stack: string, copy: Pick<CopyDescription, 'name' | 'url'>, id: string): Promise<void>;
}
