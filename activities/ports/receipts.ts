import type { Part } from '../../workflows/model/recovery-point';
import type { StreamReceipt } from './repository';

/** What a part's dump was, written before its stream's end is told to the repository. Removed with the run. */
export interface Receipts {
  write(runKey: string, part: Part, receipt: StreamReceipt): Promise<void>;
  read(runKey: string, part: Part): Promise<StreamReceipt | undefined>;
  /** Written before a run's manifest is handed to the repository: without it, none was stored. Idempotent. */
  beginManifest(runKey: string): Promise<void>;
  isManifestBegun(runKey: string): Promise<boolean>;
  /** All receipts of a run; called when it has ended. Idempotent. */
  clear(runKey: string): Promise<void>;
}
