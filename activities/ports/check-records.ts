import type { CheckRecord } from '../../workflows/model/retention';

/**
 * What the checks of this host have found in a repository: when which of its packs were read, and damage. Where it is lost, packs
 * are read again, a slice at a time.
 */
export interface CheckRecords {
  /** Without readings where nothing was read. */
  of(repositoryId: string): Promise<CheckRecord>;
  /** Durable (fsync) when it returns. Idempotent. */
  keep(repositoryId: string, record: CheckRecord): Promise<void>;
}
