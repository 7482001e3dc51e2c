import type { ContentDigest, Json, Part } from '../../../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../../../workflows/model/restore-target';
import type { OnProgress } from '../../../../ports/attempt';
import type { ByteSink } from '../../../../ports/byte-stream';
import type { TargetObservation } from '../../../../ports/engine';
import type { Access } from '../connect/access';

export interface RestoreTask {
  readonly part: Part;
  readonly target: RestoreTarget;
  /** As the stack file has it for this entry. */
  readonly searchPath?: readonly string[];
  readonly onProgress: OnProgress;
}

/** The restoring half of the Engine port for one kind of part, on a server that is reached already. */
export interface PartRestorer {
  observeTarget(access: Access, task: RestoreTask): Promise<TargetObservation>;
  prepare(
    access: Access,
    task: RestoreTask,
    surroundings: Json | undefined,
  ): Promise<readonly string[]>;
  receive(access: Access, task: RestoreTask): Promise<ByteSink>;
  digest(
    access: Access,
    task: RestoreTask,
    expected: readonly ContentDigest[],
  ): Promise<readonly ContentDigest[]>;
  swap(access: Access, task: RestoreTask): Promise<{ kept: boolean }>;
  swapBack(access: Access, task: RestoreTask): Promise<void>;
  discardBeside(access: Access, task: RestoreTask): Promise<void>;
  discardKept(access: Access, task: RestoreTask): Promise<void>;
}
