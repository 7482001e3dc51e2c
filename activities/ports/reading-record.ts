import type { Readings } from '../../workflows/model/retention';

/** When this host has last read which packs of a repository. Where it is lost, they are read again, a slice at a time. */
export interface ReadingRecord {
  /** Empty where nothing was read. */
  of(repositoryId: string): Promise<Readings>;
  /** Durable (fsync) when it returns. Idempotent. */
  keep(repositoryId: string, readings: Readings): Promise<void>;
}
