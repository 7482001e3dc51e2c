import { once } from 'node:events';
import { access, rename, rm } from 'node:fs/promises';
import { initArguments } from './arguments';
import { probe } from './probe';
import type { Restic } from './restic';

/** By address: the creation that is under way in this process. */
const underWay = new Map<string, Promise<void>>();

/**
 * Creates the repository, or leaves alone what opens with this password. One after the other: two `restic init` at once
 * both end well, with two keys of which one opens nothing (restic 0.19.1). `from`: the repository that it is to be a copy of.
 * Retry:  safe; a repository that opens is left alone
 * Throws: CredentialsRejected (there is one with another password) · CommandFailed · ServiceUnavailable
 */
export async function initialise(
  restic: Restic,
  signal: AbortSignal,
  from?: Restic,
): Promise<void> {
  const { url } = restic.location;
  const turn = Promise.allSettled([underWay.get(url)]);
  const mine = turn.then(() => initialiseNow(restic, signal, from));
  underWay.set(url, mine);
  const forget = (): void => {
    if (underWay.get(url) === mine) underWay.delete(url);
  };
  mine.then(forget, forget);
  await Promise.race([turn, aborted(signal)]);
  await mine;
}

/** Not before its turn, also when nobody waits for it any more: the next in line counts on its place. */
async function initialiseNow(
  restic: Restic,
  signal: AbortSignal,
  from: Restic | undefined,
): Promise<void> {
  if ((await probe(restic, signal)).state === 'ready') return;
  try {
    await create(restic, signal, from);
  } catch (error) {
    // Another worker may have been quicker.
    if ((await probe(restic, signal)).state !== 'ready') throw error;
  }
}

/**
 * A new folder appears whole: `restic init` that dies between its key and its config leaves what no later one takes
 * ("repository already contains keys"). What is there already, such as a disk's mount point, is filled in place.
 */
async function create(
  restic: Restic,
  signal: AbortSignal,
  from: Restic | undefined,
): Promise<void> {
  const attempted = `Creating the repository ${restic.name}`;
  const { folder } = restic.location;
  const call = { attempted, signal, ...(from && { from }) };
  const args = initArguments(from !== undefined);
  if (folder === undefined || (await exists(folder))) {
    await restic.run({ args, ...call });
    return;
  }
  const draft = `${folder}.pawl-initialising`;
  await rm(draft, { recursive: true, force: true });
  try {
    await restic.run({ args: [...args, `--repo=${draft}`], ...call });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Rejects when the signal is aborted, and is pending until then. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
