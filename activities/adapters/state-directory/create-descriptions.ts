import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Descriptions } from '../../ports/descriptions';
import { isMissing, onDisk, safeFileName, writeDurably } from './durable-files';
import { readJson } from './read-files';

const DROPPED_AFTER_MILLISECONDS = 30 * 24 * 3600 * 1000;
/** Of the few stacks of a host, for the steps that follow. */
const REMEMBERED = 20;

/** `Descriptions` as one file each, `descriptions/<hash>`, in the state directory. */
export function createDescriptions(stateDirectory: string): Descriptions {
  const folder = join(stateDirectory, 'descriptions');
  const fileOf = (hash: string): string => join(folder, safeFileName(hash));
  const remembered = new Map<string, StackDescription>();
  const remember = (hash: string, description: StackDescription): void => {
    remembered.set(hash, description);
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  };
  return {
    keep: (hash, description) =>
      onDisk(`Keeping the description of ${description.name}`, async () => {
        await writeDurably(fileOf(hash), JSON.stringify(description));
        remember(hash, description);
        await dropOld(folder);
      }),
    find: (hash) =>
      onDisk(`Reading ${fileOf(hash)}`, async () => {
        const known = remembered.get(hash) ?? (await readJson<StackDescription>(fileOf(hash)));
        if (known !== undefined) remember(hash, known);
        return known;
      }),
  };
}

async function dropOld(folder: string): Promise<void> {
  const before = Date.now() - DROPPED_AFTER_MILLISECONDS;
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { mtimeMs } = await stat(file).catch(goneMeanwhile);
    if (mtimeMs < before) await rm(file, { force: true });
  }
}

/** Another run has dropped it. */
function goneMeanwhile(error: unknown): { readonly mtimeMs: number } {
  if (!isMissing(error)) throw error;
  return { mtimeMs: Infinity };
}
