import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDisk, writeDurably } from '../activities/adapters/state-directory/durable-files';
import { readJson } from '../activities/adapters/state-directory/read-files';
import { AdapterError } from '../activities/ports/adapter-error';
import type { KeptStackFile, StackFiles } from '../activities/ports/stack-files';
import { findSources } from '../stack-file/find-sources';
import { StackFileError } from '../stack-file/problem';
import { readStack } from '../stack-file/read-stack';
import type { StackSource } from '../workflows/model/schedule';
import type { StackDescription } from '../workflows/model/stack';

const FOLDER = 'stack-files';
const SUFFIX = '.json';
/** A person reads it in a list. */
const PROBLEMS_TOLD = 3;

/** `StackFiles` on this host's own disk; what was last valid is `stack-files/<stack>.json` in the state directory. */
export function createStackFiles(stateDirectory: string): StackFiles {
  const folder = join(stateDirectory, FOLDER);
  // A stack's name is safe as a file's, and none begins with a dot.
  const fileOf = (stack: string): string => join(folder, `${stack}${SUFFIX}`);
  const kept = (stack: string): Promise<KeptStackFile | undefined> =>
    onDisk(`Reading ${fileOf(stack)}`, () => readJson<KeptStackFile>(fileOf(stack)));
  return {
    kept,
    keep: (one) =>
      onDisk(`Keeping the stack file of ${one.description.name}`, () =>
        writeDurably(fileOf(one.description.name), JSON.stringify(one)),
      ),
    all: () =>
      onDisk(`Reading ${folder}`, async () => {
        const names = existsSync(folder) ? await readdir(folder) : [];
        const stacks = names.filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.'));
        const read = stacks.map((name) => kept(name.slice(0, -SUFFIX.length)));
        const settled = await Promise.allSettled(read);
        return settled.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
      }),
    read: (source) => Promise.resolve(readValid(source)),
  };
}

function readValid({ file, environment }: StackSource): StackDescription | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const where = { file, cwd: dirname(file), ...(environment !== undefined && { environment }) };
    return readStack(findSources(where)).description;
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    throw new AdapterError('PreconditionFailed', firstProblems(error), {}, { cause: error });
  }
}

/** Each is one line, with its place. */
function firstProblems({ message }: StackFileError): string {
  const problems = message.split('\n');
  const more = problems.length - PROBLEMS_TOLD;
  return `${problems.slice(0, PROBLEMS_TOLD).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
