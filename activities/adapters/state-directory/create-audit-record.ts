import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AuditEntry, AuditRecord } from '../../ports/audit-record';
import { nextLine, readChain, wholeLines } from './audit-chain';
import { isMissing, makeFolder, onDisk, OWNER_ONLY_FILE, syncFolder } from './durable-files';
import { withFileLock } from '../process/file-lock';

/** `AuditRecord` as one file of JSON lines per stack, `audit/<stack>.jsonl`, in the state directory. */
export function createAuditRecord(stateDirectory: string): AuditRecord {
  const fileOf = (stack: string): string =>
    join(stateDirectory, 'audit', `${encodeURIComponent(stack)}.jsonl`);
  return {
    append: (entry) => {
      const file = fileOf(entry.stack);
      return onDisk(`Recording run ${entry.run} in ${file}`, () => append(file, entry));
    },
    highestRunNumber: (stack) => {
      const file = fileOf(stack);
      return onDisk(`Reading ${file}`, async () => {
        const { entries } = readChain(file, await contentOf(file));
        return Math.max(0, ...entries.map(({ run }) => Number(run.split('/').at(-1))));
      });
    },
    read: (stack) => {
      const file = fileOf(stack);
      return onDisk(`Reading ${file}`, async () => wholeLines(await contentOf(file)));
    },
  };
}

async function append(file: string, entry: AuditEntry): Promise<void> {
  await makeFolder(dirname(file));
  await withFileLock(`${file}.lock`, async () => {
    const { entries, lastHash, wholeBytes } = readChain(file, await contentOf(file));
    if (entries.some(({ runKey }) => runKey === entry.runKey)) return;
    const handle = await open(file, 'a', OWNER_ONLY_FILE);
    try {
      // A torn line was never acknowledged: the run that wrote it is asked again, and writes it again.
      await handle.truncate(wholeBytes);
      await handle.writeFile(nextLine(entry, lastHash));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(file));
  });
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  }
}
