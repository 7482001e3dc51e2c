import type { InputOf } from '../catalogue';
import type { BackupOutcome, PlannedOutcome } from '../model/outcome';
import type { BackupPlan } from '../model/plans';
import type { PartSummary, RecoveryPointSummary } from '../model/recovery-point';
import { planBackup } from './plan-backup';
import { requireApproval } from '../run/people/approvals';
import { observeParts, savePoint } from './save-point';
import { jsonBytes } from '../run/telling-steps';
import { takePlan, planned, runbook, type Run } from '../run/runbook';

/** The manifest has them all. */
const NOTES_IN_OUTCOME_BYTES = 100 * 1024;

/** Saves every part of the stack as one recovery point, which exists once its manifest is stored. */
export async function backup(input: InputOf<'backup'>): Promise<BackupOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const { repository, entries } = await observeParts(run, input.request.options.only);
    run.page.enter('plan');
    const plan = takePlan<'backup'>(
      run,
      planBackup(run.stack, input.request.options, repository, entries),
    );
    if (input.mode === 'plan') return planned(plan);

    await requireApproval(run, plan);
    run.page.enter('apply');
    run.stateIfItFailsNow = plan.repository.create
      ? 'No recovery point was made.'
      : 'No recovery point was made; earlier ones are untouched. What was stored of this run takes space in the repository.';
    const { requestedBy, pawlVersion, options } = input.request;
    const savedFor = { requestedBy, pawlVersion, only: options.only };
    const { parts, point } = await savePoint(run, plan, savedFor);
    run.stateIfItFailsNow = `Recovery point ${point.id} is stored and whole.`;
    return outcome(run, plan, parts, point);
  });
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
