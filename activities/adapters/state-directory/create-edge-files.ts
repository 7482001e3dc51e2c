import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EDGE_CANDIDATE, EDGE_CONFIGURATION } from '../../../workflows/model/edge';
import type { EdgeFiles, EdgeState } from '../../ports/edge';
import { onDisk, writeDurably } from './durable-files';
import { readJson, readText } from './read-files';

/** What a run found. Without a state there was no edge. */
interface Former {
  readonly runKey: string;
  readonly state?: EdgeState;
}

/** What the edge was brought to last. */
const SETTLED = 'edge.json';
const FORMER = 'former.json';
const COMPOSE = 'compose.yaml';
const CANDIDATE = 'candidate.yaml';

/**
 * `EdgeFiles` as folders `edge/<stack>` in the state directory:
 *
 *     edge.json        what the edge was brought to last; absent while it is changed
 *     former.json      what the run that changed it last had found
 *     compose.yaml     the container; candidate.yaml, while it is only looked at
 *     caddy/           mounted: caddy.json, and candidate.json while it is only looked at
 */
export function createEdgeFiles(stateDirectory: string): EdgeFiles {
  // A stack's name is safe as a file's, and none begins with a dot.
  const at = (stack: string, ...names: string[]): string =>
    join(stateDirectory, 'edge', stack, ...names);
  const mounted = (stack: string): string => at(stack, 'caddy');
  const found = async (stack: string): Promise<Former | undefined> =>
    readJson<Former>(at(stack, FORMER));

  const writeBoth = (stack: string, names: readonly [string, string]) => {
    return (compose: string, configuration: string): Promise<string> =>
      onDisk(`Writing the files of the edge of ${stack}`, async () => {
        await writeDurably(join(mounted(stack), names[1]), configuration);
        await writeDurably(at(stack, names[0]), compose);
        return at(stack, names[0]);
      });
  };

  return {
    folder: mounted,
    current: async (stack) => {
      const state = await readJson<EdgeState>(at(stack, SETTLED));
      if (state !== undefined) return state;
      return (await readText(at(stack, COMPOSE))) === undefined ? undefined : 'unsettled';
    },
    begin: ({ stack, runKey }) =>
      onDisk(`Keeping what the edge of ${stack} is`, async () => {
        const settled = await readJson<EdgeState>(at(stack, SETTLED));
        const before = await found(stack);
        if (before?.runKey !== runKey) {
          // Where somebody was ended in the middle, the way back is to what he had found.
          const isThere = (await readText(at(stack, COMPOSE))) !== undefined;
          const state = settled ?? (isThere ? before?.state : undefined);
          const former: Former = { runKey, ...(state === undefined ? {} : { state }) };
          await writeDurably(at(stack, FORMER), JSON.stringify(former));
        }
        await rm(at(stack, SETTLED), { force: true });
      }),
    offer: (stack, ...texts) => writeBoth(stack, [CANDIDATE, EDGE_CANDIDATE])(...texts),
    write: (stack, ...texts) => writeBoth(stack, [COMPOSE, EDGE_CONFIGURATION])(...texts),
    settle: (stack, state) =>
      onDisk(`Recording what the edge of ${stack} is`, () =>
        writeDurably(at(stack, SETTLED), JSON.stringify(state)),
      ),
    file: async (stack) =>
      (await readText(at(stack, COMPOSE))) === undefined ? undefined : at(stack, COMPOSE),
    drop: (stack) =>
      onDisk(`Removing the files of the edge of ${stack}`, async () => {
        // The model last: by it, what is left is found.
        for (const name of [SETTLED, CANDIDATE]) await rm(at(stack, name), { force: true });
        await rm(mounted(stack), { recursive: true, force: true });
        await rm(at(stack, COMPOSE), { force: true });
      }),
    former: async ({ stack, runKey }) => {
      const before = await found(stack);
      if (before?.runKey !== runKey) return undefined;
      return before.state ?? 'nothing';
    },
  };
}
