import type { BackupOutcome, PlannedOutcome } from './model/outcome';
import type { BackupPlan } from './model/plans';
import type { PartSummary, RecoveryPointSummary } from './model/recovery-point';
import type { BackupInput } from './model/run';
import { stepId } from './model/step-id';
import { planBackup, type ObservedEntry, type ObservedRepository } from './plan/plan-backup';
import { selectEntries } from './plan/select-entries';
import { concurrently } from './support/concurrently';
import { countRows } from './support/count-rows';
import { isObstacle, preconditionFailed } from './support/failures';
import { jsonBytes } from './support/telling-steps';
import { adoptPlan, now, planned, runbook, type Run } from './support/runbook';

/** Two dumps at a time: one waits for its server while the other feeds restic. More would only share the same disk. */
const DUMPS_AT_ONCE = 2;

/** The manifest has them all. */
const NOTES_IN_OUTCOME_BYTES = 100 * 1024;

/** Saves every part of the stack as one recovery point, which exists once its manifest is stored. */
export async function backup(input: BackupInput): Promise<BackupOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const { repository, entries } = await observe(run, input);
    run.page.enter('plan');
    const plan = adoptPlan<'backup'>(
      run,
      planBackup(run.stack, input.request.options, repository, entries),
    );
    if (input.mode === 'plan') return planned(plan);

    run.page.enter('apply');
    run.stateIfItFailsNow =
      'No recovery point was made; earlier ones are untouched. What was stored of this run takes space in the repository.';
    if (plan.repository.create) await createRepository(run);
    const takenAt = now();
    const parts = await backUpParts(run, plan, takenAt);
    const point = await storeManifest(run, input, parts, takenAt);
    run.stateIfItFailsNow = `Recovery point ${point.id} is stored and whole.`;
    return outcome(run, plan, parts, point);
  });
}

async function observe(
  run: Run,
  input: BackupInput,
): Promise<{ repository: ObservedRepository; entries: readonly ObservedEntry[] }> {
  const selected = selectEntries(run.stack.protect, input.request.options.only);
  if (isObstacle(selected)) throw preconditionFailed(selected);
  const repository = await run.step('observe-repository', 'look at the repository', (options) =>
    run.act.observeRepository.executeWithOptions(options, [{ stack: run.stack }]),
  );
  const entries = await concurrently(selected, 4, (entry) =>
    run.step(stepId('observe', entry.name), `look at ${entry.name}`, (options) =>
      run.act.observeEntry.executeWithOptions(options, [{ stack: run.stack, entry }]),
    ),
  );
  return { repository, entries };
}

async function createRepository(run: Run): Promise<void> {
  await run.step('initialise', 'create the repository', (options) =>
    run.act.initialiseRepository.executeWithOptions(options, [{ stack: run.stack }]),
  );
}

async function backUpParts(run: Run, plan: BackupPlan, takenAt: string): Promise<PartSummary[]> {
  return concurrently(plan.parts, DUMPS_AT_ONCE, ({ part, expectedBytes }) =>
    run.step(
      stepId('back-up', part.name),
      `back up ${part.name}`,
      (options) =>
        run.act.backUpPart.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, part, expectedBytes, takenAt },
        ]),
      ({ bytes, rows }) => ({ bytes, detail: countRows(part, rows) }),
    ),
  );
}

async function storeManifest(
  run: Run,
  input: BackupInput,
  parts: readonly PartSummary[],
  takenAt: string,
): Promise<RecoveryPointSummary> {
  const { requestedBy, pawlVersion, options: chosen } = input.request;
  const { only } = chosen;
  // The receipts have the rest of each part: thousands of them would be a megabyte more for Temporal.
  const stored = parts.map(({ part, snapshotId, path }) => ({ part, snapshotId, path }));
  return run.step(
    'manifest',
    'store the manifest',
    (options) =>
      run.act.storeManifest.executeWithOptions(options, [
        {
          stack: run.stack,
          run: run.reference,
          parts: stored,
          only,
          takenAt,
          requestedBy,
          pawlVersion,
        },
      ]),
    (point) => ({ detail: `recovery point ${point.id}` }),
  );
}

function outcome(
  run: Run,
  plan: BackupPlan,
  parts: readonly PartSummary[],
  point: RecoveryPointSummary,
): BackupOutcome {
  let notesBytes = 0;
  return {
    state: 'done',
    runbook: 'backup',
    run: run.reference.id,
    point,
    parts: parts.map(({ part, bytes, rows, snapshotId, sha256, notes }) => {
      notesBytes += jsonBytes(notes);
      const shown = notesBytes > NOTES_IN_OUTCOME_BYTES ? [] : notes;
      return { name: part.name, bytes, rows, snapshotId, sha256, notes: shown };
    }),
    skipped: plan.skipped,
  };
}
