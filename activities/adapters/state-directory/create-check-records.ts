import { join } from 'node:path';
import type { CheckRecord } from '../../../workflows/model/retention';
import type { CheckRecords } from '../../ports/check-records';
import { onDisk, writeDurably } from './durable-files';
import { readJson } from './read-files';

/** `CheckRecords` as one file per repository, `checks/<repository>.json`, in the state directory. */
export function createCheckRecords(stateDirectory: string): CheckRecords {
  // An id of restic's is hexadecimal: safe as a file's name.
  const fileOf = (id: string): string => join(stateDirectory, 'checks', `${id}.json`);
  return {
    of: (id) =>
      onDisk(
        `Reading ${fileOf(id)}`,
        async () => (await readJson<CheckRecord>(fileOf(id))) ?? { readings: [] },
      ),
    keep: (id, record) =>
      onDisk('Recording what a check has found', () =>
        writeDurably(fileOf(id), JSON.stringify(record)),
      ),
  };
}
