import { access, rename, rm } from 'node:fs/promises';
import { initArguments } from './arguments';
import { probe } from './probe';
import type { Restic } from './restic';

/** By address: the creation that is under way in this process. */
const underWay = new Map<string, Promise<void>>();

/**
 * Creates the repository, or leaves alone what opens with this password. One after the other: two `restic init` at once
 * both end well, with two keys of which one opens nothing (restic 0.19.1).
 * Retry:  safe; a repository that opens is left alone
 * Throws: CredentialsRejected (there is one with another password) · CommandFailed · ServiceUnavailable
 */
export async function initialise(restic: Restic): Promise<void> {
  const { url } = restic.location;
  const before = underWay.get(url);
  const mine = Promise.allSettled([before]).then(() => initialiseNow(restic));
  underWay.set(url, mine);
  try {
    await mine;
  } finally {
    if (underWay.get(url) === mine) underWay.delete(url);
  }
}

async function initialiseNow(restic: Restic): Promise<void> {
  if ((await probe(restic)).state === 'ready') return;
  try {
    await create(restic);
  } catch (error) {
    // Another worker may have been quicker.
    if ((await probe(restic)).state !== 'ready') throw error;
  }
}

/**
 * A new folder appears whole: `restic init` that dies between its key and its config leaves what no later one takes
 * ("repository already contains keys"). What is there already, such as a disk's mount point, is filled in place.
 */
async function create(restic: Restic): Promise<void> {
  const attempted = `Creating the repository ${restic.name}`;
  const { folder } = restic.location;
  if (folder === undefined || (await exists(folder))) {
    await restic.run({ args: initArguments(), attempted });
    return;
  }
  const draft = `${folder}.pawl-initialising`;
  await rm(draft, { recursive: true, force: true });
  try {
    await restic.run({ args: [...initArguments(), `--repo=${draft}`], attempted });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
