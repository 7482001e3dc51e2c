import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticUpkeep } from '../../../activities/adapters/restic/create-restic-upkeep';
import type { Upkeep } from '../../../activities/ports/retention';
import {
  createResticRepository,
  resticProgram,
  type ResticRepository,
} from '../../support/restic-repository';
import { attemptOf, labelOf, manifestOf, noReceipt, sourceOf } from './fixtures';

export const STACK = 'melvin';

/** A real repository whose upkeep is tested, with points that share half of their data with the one before. */
export interface TendedRepository extends ResticRepository {
  readonly upkeep: (options?: { url?: string }) => Upkeep;
  /** Stores a point of a stack, `ageDays` old. Returns its content. */
  storePoint(runKey: string, ageDays: number, options?: StoreOptions): Promise<Buffer>;
  /** Reads a point back as its manifest names it. */
  readPoint(runKey: string): Promise<Buffer>;
}

interface StoreOptions {
  readonly stack?: string;
  /** The run has died before its manifest. */
  readonly withoutManifest?: boolean;
  readonly url?: string;
}

export const NOW = new Date().toISOString();
/** Several of restic's chunks, so that the next point shares most of them. */
const PIECE_BYTES = 3_000_000;

export async function createTendedRepository(): Promise<TendedRepository> {
  const repository = await createResticRepository();
  await repository.prepare();
  let shared = randomBytes(PIECE_BYTES);
  return {
    ...repository,
    upkeep: ({ url = repository.folder } = {}) =>
      createResticUpkeep({
        restic: resticProgram(),
        runner: hostRunner,
        cacheDirectory: join(repository.directory, 'cache'),
      })(
        {
          ...{ stack: STACK, directory: repository.directory },
          secret: () => Promise.resolve('correct horse'),
        },
        { ...repository.description, url },
      ),
    async storePoint(runKey, ageDays, { stack = STACK, withoutManifest, url } = {}) {
      const opened = repository.open(url === undefined ? {} : { url });
      const takenAt = new Date(Date.parse(NOW) - ageDays * 86_400_000).toISOString();
      const run = `${stack}/${runKey}`;
      const label = labelOf('accounts', { stack, runKey, run, takenAt });
      const fresh = randomBytes(PIECE_BYTES);
      const content = Buffer.concat([shared, fresh]);
      shared = fresh;
      const attempt = attemptOf();
      const source = sourceOf([content]);
      const stored = await opened.storeStream({ source, label, attempt, beforeClose: noReceipt });
      if (withoutManifest === true) return content;
      const { snapshotId, path, receipt } = stored;
      const { sha256, bytes, facts } = receipt;
      const part = { part: label.part, snapshotId, path, sha256, bytes, facts };
      await opened.storeManifest(
        manifestOf({ stack, run, runKey, takenAt, parts: [part] }),
        attempt,
      );
      return content;
    },
    async readPoint(runKey) {
      const opened = repository.open();
      const { found } = await opened.look(STACK, attemptOf());
      const point = found.points.find((one) => one.runKey === runKey);
      if (point === undefined) throw new Error(`there is no point of ${runKey}`);
      const { parts } = await opened.readManifest(point.id, attemptOf());
      const { snapshotId = '', path = '' } = parts[0] ?? {};
      const read = await opened.readStream(snapshotId, path, attemptOf());
      const chunks: Buffer[] = [];
      for await (const chunk of read.stream) chunks.push(chunk as Buffer);
      await read.finish();
      return Buffer.concat(chunks);
    },
  };
}
