import type { Engine, EngineTrees } from '../../../activities/ports/engine';
import type { Repository, StreamReceipt } from '../../../activities/ports/repository';
import type { Site } from '../../../activities/ports/site';
import type { ContentDigest, Part } from '../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import type { FilesEntry } from '../../../workflows/model/stack';
import { newAttempt } from '../engine-user';
import { labelOf } from '../restic/fixtures';

export interface StoredTree {
  readonly snapshotId: string;
  readonly receipt: StreamReceipt;
}

/** Saves and restores a folder file by file, as the activities do. */
export class TreeUser {
  readonly part: Part;

  constructor(
    private readonly engine: Engine<FilesEntry>,
    private readonly repository: Repository,
    private readonly site: Site,
    private readonly entry: FilesEntry,
  ) {
    const { name, engine: kind, path: source } = entry;
    this.part = { name, entry: name, engine: kind, kind: 'directory', source };
  }

  get trees(): EngineTrees<FilesEntry> {
    if (this.engine.trees === undefined) throw new Error('the engine stores no trees');
    return this.engine.trees;
  }

  source() {
    const { site, entry, part } = this;
    return this.trees.source({ site, entry, part, attempt: newAttempt() });
  }

  async save(
    beforeUse: (receipt: StreamReceipt) => Promise<void> = () => Promise.resolve(),
    takenAt = new Date().toISOString(),
  ): Promise<StoredTree> {
    const source = await this.source();
    if (source === undefined) throw new Error('the folder cannot be saved file by file');
    const label = labelOf(this.part.name, { part: this.part, takenAt });
    return this.repository.trees.store({ source, label, attempt: newAttempt(), beforeUse });
  }

  async restoreBeside({ snapshotId }: Pick<StoredTree, 'snapshotId'>, target: RestoreTarget) {
    const { site, entry, part } = this;
    const call = { site, entry, part, target, attempt: newAttempt() };
    await this.engine.prepare(call);
    const sink = await this.trees.sink(call);
    await this.repository.trees.restore(snapshotId, sink, newAttempt());
  }

  /** What is stored, digested by the way of the proof. */
  async stored({ snapshotId }: Pick<StoredTree, 'snapshotId'>): Promise<readonly ContentDigest[]> {
    const reading = await this.repository.trees.read(snapshotId, newAttempt());
    try {
      const digests = await this.trees.digest(reading.stream);
      await reading.finish();
      return digests;
    } finally {
      await reading.abort();
    }
  }

  restored(target: RestoreTarget, expected: readonly ContentDigest[]) {
    const { site, entry, part } = this;
    return this.engine.digest({ site, entry, part, target, expected, attempt: newAttempt() });
  }

  swap(target: RestoreTarget) {
    const { site, entry, part } = this;
    return this.engine.swap({ site, entry, part, target, attempt: newAttempt() });
  }
}
