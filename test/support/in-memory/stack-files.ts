import type { KeptStackFile, StackFiles } from '../../../activities/ports/stack-files';

/** `StackFiles` for tests of what stands above them; `read` answers what a test says that files hold. */
export function createInMemoryStackFiles(
  read: StackFiles['read'] = () => Promise.resolve(undefined),
): StackFiles {
  const kept = new Map<string, KeptStackFile>();
  return {
    keep: (one) => {
      kept.set(one.description.name, one);
      return Promise.resolve();
    },
    kept: (stack) => Promise.resolve(kept.get(stack)),
    all: () => Promise.resolve([...kept.values()]),
    read,
  };
}
