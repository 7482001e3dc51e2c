import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Freeze } from '../../../workflows/model/queue';
import type { Freezes } from '../../ports/freezes';
import { onDisk, syncFolder, writeDurably } from './durable-files';
import { readJson, readText } from './read-files';

/** `Freezes` as one file per frozen stack, `freezes/<stack>.json`, in the state directory. */
export function createFreezes(stateDirectory: string): Freezes {
  // A stack's name is safe as a file's, and none begins with a dot.
  const fileOf = (stack: string): string => join(stateDirectory, 'freezes', `${stack}.json`);
  return {
    keep: (stack, freeze) =>
      onDisk(`Recording that ${stack} is frozen`, () =>
        writeDurably(fileOf(stack), JSON.stringify(freeze)),
      ),
    lift: (stack) =>
      onDisk(`Recording that ${stack} is no longer frozen`, async () => {
        const file = fileOf(stack);
        if ((await readText(file)) === undefined) return false;
        await rm(file, { force: true });
        await syncFolder(dirname(file));
        return true;
      }),
    of: (stack) => onDisk(`Reading ${fileOf(stack)}`, () => readJson<Freeze>(fileOf(stack))),
  };
}
