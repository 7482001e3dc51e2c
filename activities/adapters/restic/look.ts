import type { Attempt } from '../../ports/attempt';
import type { RepositoryLook, RepositoryObservation } from '../../ports/repository';
import { see, type KnownContents } from './known-contents';
import { saysAbsent } from './failure';
import { stackManifestTags, stackPartTags } from './labels';
import { lastSizes } from './last-sizes';
import { listSnapshots } from './list-snapshots';
import { locateParts } from './locate-parts';
import { foundPoints } from './manifests';
import { findMissingParts } from './missing-parts';
import { freeSpace } from './probe';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';
import { removeLocksOfTheDead } from './stale-locks';

/** What restic's list of a stack's snapshots tells. A further list of all is made where tags may have been changed. */
export interface Listed {
  /** What bears the marks of the stack's points and parts. */
  readonly own: readonly Snapshot[];
  readonly all: () => Promise<readonly Snapshot[]>;
}

/**
 * Opens the repository once for all questions about a stack.
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no repository) · CredentialsRejected · ServiceUnavailable
 */
export async function look(
  restic: Restic,
  stack: string,
  attempt: Attempt,
): Promise<RepositoryLook> {
  const call = {
    attempted: `Listing what ${restic.name} has of ${stack}`,
    signal: attempt.signal,
  };
  const own = await listSnapshots(restic, {
    anyOf: [stackManifestTags(stack), stackPartTags(stack)],
    ...call,
  });
  let all: Promise<readonly Snapshot[]> | undefined;
  const listed = { own, all: () => (all ??= listSnapshots(restic, { anyOf: [], ...call })) };
  return {
    found: foundPoints(own),
    lastSizes: lastSizes(own),
    findMissingParts: (points) => findMissingParts(restic, points, listed, attempt),
    locateParts: (manifest) => locateParts(listed, manifest),
  };
}

/** As `look`, before a run: whether there is a repository at all, and room for more. Clears away what a power cut left. */
export async function observe(
  restic: Restic,
  known: KnownContents,
  stack: string,
  attempt: Attempt,
): Promise<RepositoryObservation> {
  attempt.signal.throwIfAborted();
  const free = await freeSpace(restic);
  try {
    const seen = await see(restic);
    const recalled = seen && known.recall(seen, stack);
    const sizes = recalled ?? (await look(restic, stack, attempt)).lastSizes;
    if (seen !== undefined) known.learn(seen, stack, sizes);
    await removeLocksOfTheDead(restic, attempt.signal);
    return { state: 'ready', lastSizes: sizes, ...free };
  } catch (error) {
    if (saysAbsent(error)) return { state: 'absent', ...free };
    throw error;
  }
}
