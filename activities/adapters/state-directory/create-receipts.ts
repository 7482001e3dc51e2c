import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../../../workflows/model/recovery-point';
import type { Receipts } from '../../ports/receipts';
import type { StreamReceipt } from '../../ports/repository';
import { onDisk, safeFileName, writeDurably } from './durable-files';
import { parseReceipt } from './parse-receipt';
import { readText } from './read-files';

/** Of no part: theirs end in `.json`. */
const MANIFEST_BEGUN = 'manifest.begun';

/** `Receipts` as files `receipts/<run key>/<part>.json` in the state directory. */
export function createReceipts(stateDirectory: string): Receipts {
  const folderOf = (runKey: string): string =>
    join(stateDirectory, 'receipts', safeFileName(runKey));
  const fileOf = (runKey: string, part: Part): string =>
    join(folderOf(runKey), `${safeFileName(part.name)}.json`);
  return {
    write: (runKey, part, receipt) => {
      const file = fileOf(runKey, part);
      const text = JSON.stringify({ part: part.name, receipt });
      return onDisk(`Writing the receipt ${file}`, () => writeDurably(file, text));
    },
    read: (runKey, part) => {
      const file = fileOf(runKey, part);
      return onDisk(`Reading the receipt ${file}`, () => read(file));
    },
    beginManifest: (runKey) => {
      const file = join(folderOf(runKey), MANIFEST_BEGUN);
      return onDisk(`Writing the receipt ${file}`, () => writeDurably(file, ''));
    },
    isManifestBegun: (runKey) => {
      const file = join(folderOf(runKey), MANIFEST_BEGUN);
      return onDisk(
        `Reading the receipt ${file}`,
        async () => (await readText(file)) !== undefined,
      );
    },
    clear: (runKey) => {
      const folder = folderOf(runKey);
      return onDisk(`Removing the receipts ${folder}`, () =>
        rm(folder, { recursive: true, force: true }),
      );
    },
  };
}

async function read(file: string): Promise<StreamReceipt | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : parseReceipt(text);
}
