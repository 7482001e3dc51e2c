import { join } from 'node:path';
import type { Readings } from '../../../workflows/model/retention';
import type { ReadingRecord } from '../../ports/reading-record';
import { onDisk, writeDurably } from './durable-files';
import { readJson } from './read-files';

/** `ReadingRecord` as one file per repository, `readings/<repository>.json`, in the state directory. */
export function createReadingRecord(stateDirectory: string): ReadingRecord {
  // An id of restic's is hexadecimal: safe as a file's name.
  const fileOf = (id: string): string => join(stateDirectory, 'readings', `${id}.json`);
  return {
    of: (id) =>
      onDisk(`Reading ${fileOf(id)}`, async () => (await readJson<Readings>(fileOf(id))) ?? []),
    keep: (id, readings) =>
      onDisk('Recording which packs were read', () =>
        writeDurably(fileOf(id), JSON.stringify(readings)),
      ),
  };
}
