import { patched } from '@temporalio/workflow';
import type { BackupPlan } from '../model/plans';
import type { PartSummary, RecoveryPointSummary } from '../model/recovery-point';
import {
  backUpStep,
  createRepositoryStep,
  OBSERVE_REPOSITORY,
  observeEntryStep,
  STORE_MANIFEST,
} from './backup-steps';
import type { ProtectEntry } from '../model/stack';
import type { ObservedEntry, ObservedRepository } from './plan-backup';
import { selectEntries } from './select-entries';
import { concurrently, sideBySide } from '../run/concurrently';
import { countRows } from '../run/count-rows';
import { isObstacle, preconditionFailed } from '../run/failures';
import { now } from '../run/now';
import type { Run } from '../run/runbook';
import { wakeCopies } from '../run/wake-copies';

/** Two dumps at a time: one waits for its server while the other feeds restic. More would only share the same disk. */
const DUMPS_AT_ONCE = 2;
const SIDE_BY_SIDE = 'looks-side-by-side';

/** Whose recovery point it is, for its manifest. */
export interface SavedFor {
  readonly requestedBy: string;
  readonly pawlVersion: string;
  /** Entries of `protect`; all when empty. */
  readonly only: readonly string[];
}

export interface SavedPoint {
  readonly point: RecoveryPointSummary;
  readonly parts: readonly PartSummary[];
}

/** Looks at what a recovery point would hold. */
export async function observeParts(
  run: Run,
  only: readonly string[],
): Promise<{ repository: ObservedRepository; entries: readonly ObservedEntry[] }> {
  const selected = selectEntries(run.stack.protect, only);
  if (isObstacle(selected)) throw preconditionFailed(selected);
  // Runs that began before looked at one after the other.
  if (!patched(SIDE_BY_SIDE)) {
    const repository = await observeRepository(run);
    return { repository, entries: await observeEntries(run, selected) };
  }
  const [repository, entries] = await sideBySide(
    () => observeRepository(run),
    () => observeEntries(run, selected),
  );
  return { repository, entries };
}

function observeRepository(run: Run): Promise<ObservedRepository> {
  return run.step(OBSERVE_REPOSITORY, (options) =>
    run.act.observeRepository.executeWithOptions(options, [{ stack: run.stack }]),
  );
}

function observeEntries(
  run: Run,
  entries: readonly ProtectEntry[],
): Promise<readonly ObservedEntry[]> {
  return concurrently(entries, 4, (entry) =>
    run.step(observeEntryStep(entry.name), (options) =>
      run.act.observeEntry.executeWithOptions(options, [{ stack: run.stack, entry }]),
    ),
  );
}

/** Saves all parts of a plan; the point exists once its manifest is stored, which is the last thing. */
export async function savePoint(
  run: Run,
  plan: Pick<BackupPlan, 'parts' | 'repository'>,
  savedFor: SavedFor,
): Promise<SavedPoint> {
  if (plan.repository.create) await createRepository(run, plan.repository.url);
  const takenAt = now();
  const parts = await backUpParts(run, plan, takenAt);
  const point = await storeManifest(run, parts, takenAt, savedFor);
  await wakeCopies(run);
  return { parts, point };
}

async function createRepository(run: Run, url: string): Promise<void> {
  await run.step(createRepositoryStep(url), (options) =>
    run.act.initialiseRepository.executeWithOptions(options, [{ stack: run.stack }]),
  );
}

async function backUpParts(
  run: Run,
  plan: Pick<BackupPlan, 'parts'>,
  takenAt: string,
): Promise<PartSummary[]> {
  return concurrently(plan.parts, DUMPS_AT_ONCE, ({ part, expectedBytes }) =>
    run.step(
      backUpStep(part),
      (options) =>
        run.act.backUpPart.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, part, expectedBytes, takenAt },
        ]),
      { detail: ({ bytes, rows }) => ({ bytes, detail: countRows(part, rows) }) },
    ),
  );
}

async function storeManifest(
  run: Run,
  parts: readonly PartSummary[],
  takenAt: string,
  savedFor: SavedFor,
): Promise<RecoveryPointSummary> {
  // The receipts have the rest of each part: thousands of them would be a megabyte more for Temporal.
  const stored = parts.map(({ part, snapshotId, path }) => ({ part, snapshotId, path }));
  return run.step(
    STORE_MANIFEST,
    (options) =>
      run.act.storeManifest.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, parts: stored, takenAt, ...savedFor },
      ]),
    { detail: (point) => ({ detail: `recovery point ${point.id}` }) },
  );
}
