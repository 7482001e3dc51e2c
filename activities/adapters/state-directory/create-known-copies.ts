import type { CopyDescription } from '../../../workflows/model/stack';
import { join } from 'node:path';
import type { KnownCopies } from '../../ports/copies';
import { onDisk, writeDurably } from './durable-files';
import { readJson } from './read-files';

interface Known {
  readonly url: string;
  readonly ids: readonly string[];
}

/** `KnownCopies` as one file per copy, `copies/<stack>/<copy>.json`, in the state directory. */
export function createKnownCopies(stateDirectory: string): KnownCopies {
  // Both names are safe as a file's, and none begins with a dot.
  const fileOf = (stack: string, copy: string): string =>
    join(stateDirectory, 'copies', stack, `${copy}.json`);
  const idsOf = async (
    stack: string,
    { name, url }: Pick<CopyDescription, 'name' | 'url'>,
  ): Promise<readonly string[]> => {
    const file = fileOf(stack, name);
    const known = await onDisk(`Reading ${file}`, () => readJson<Known>(file));
    return known?.url === url ? known.ids : [];
  };
  return {
    idsOf,
    learn: async (stack, copy, id) => {
      const ids = await idsOf(stack, copy);
      if (ids.includes(id)) return;
      const known: Known = { url: copy.url, ids: [...ids, id] };
      await onDisk(`Recording where copy ${copy.name} of ${stack} is`, () =>
        writeDurably(fileOf(stack, copy.name), JSON.stringify(known)),
      );
    },
  };
}
