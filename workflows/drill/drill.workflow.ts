import type { InputOf } from '../catalogue';
import type { DrillOutcome, DrillPlan } from '../model/drill';
import type { PlannedOutcome } from '../model/outcome';
import { judgeProof } from '../model/proof';
import type { ManifestSummary, PartSummary } from '../model/recovery-point';
import { concurrently } from '../run/concurrently';
import { isObstacle, preconditionFailed } from '../run/failures';
import { now } from '../run/now';
import { planned, runbook, takePlan, type Run } from '../run/runbook';
import { undoOnFailure } from '../run/undo-on-failure';
import { findDrillPoint } from './drill-point';
import { observeScratchStep, openStep, STORE_PROOF, SWEEP_SCRATCH } from './drill-steps';
import { chooseDrillParts, planDrill, type ObservedScratch } from './plan-drill';
import { proveParts, type ProvedParts } from './prove-parts';
import type { OpenedScratch } from '../model/scratch';

const LOOKS_AT_ONCE = 4;

/** Restores a recovery point in scratch places that nothing live is near, and proves it. What it finds is stored beside the point. */
export async function drill(input: InputOf<'drill'>): Promise<DrillOutcome | PlannedOutcome> {
  return runbook(input, async (run) => {
    const { options } = input.request;
    const manifest = await findDrillPoint(run, options);
    const chosen = chooseDrillParts(manifest, options.only);
    if (isObstacle(chosen)) throw preconditionFailed(chosen);
    const observed = await observeScratch(run, chosen);
    run.page.enter('plan');
    const plan = takePlan<'drill'>(run, planDrill(run.stack, manifest, chosen, observed));
    if (input.mode === 'plan') return planned(plan);

    run.page.enter('apply');
    run.stateIfItFailsNow =
      'Nothing live was touched; the recovery point is neither proved nor disproved.';
    const parts = chosen.filter(({ part }) =>
      plan.parts.some((one) => one.part.name === part.name),
    );
    const proved = await inScratch(run, plan, (opened) => proveParts(run, plan, parts, opened));
    return record(run, input, { plan, manifest, proved });
  });
}

function observeScratch(
  run: Run,
  chosen: readonly PartSummary[],
): Promise<readonly ObservedScratch[]> {
  const { stack } = run;
  const known = chosen.filter(({ part }) =>
    stack.protect.some(({ name, engine }) => name === part.entry && engine === part.engine),
  );
  const entries = [...new Map(known.map((stored) => [stored.part.entry, stored])).values()];
  return concurrently(entries, LOOKS_AT_ONCE, ({ part: { entry }, sourceVersion }) =>
    run.step(observeScratchStep(entry), (options) =>
      run.act.observeScratch.executeWithOptions(options, [{ stack, entry, sourceVersion }]),
    ),
  );
}

/** The places are there for the work alone, however it ends. */
async function inScratch<Result>(
  run: Run,
  plan: DrillPlan,
  work: (opened: readonly OpenedScratch[]) => Promise<Result>,
): Promise<Result> {
  const { stack, act, reference } = run;
  const kinds = [...new Set(plan.places.map(({ kind }) => kind))];
  const sweep: Parameters<typeof run.step>[1] = (options) =>
    act.sweepScratch.executeWithOptions(options, [{ stack, runKey: reference.key, kinds }]);
  return undoOnFailure(run, async (undo) => {
    undo.push(SWEEP_SCRATCH, sweep);
    const opened: OpenedScratch[] = [];
    for (const place of plan.places) {
      const { entry, sourceVersion } = place;
      opened.push({
        entry,
        place: await run.step(openStep(place), (options) =>
          act.openScratch.executeWithOptions(options, [
            { stack, run: reference, entry, sourceVersion },
          ]),
        ),
      });
    }
    const result = await work(opened);
    await run.step(SWEEP_SCRATCH, sweep);
    return result;
  });
}

interface Drilled {
  readonly plan: DrillPlan;
  readonly manifest: ManifestSummary;
  readonly proved: ProvedParts;
}

async function record(
  run: Run,
  { request }: InputOf<'drill'>,
  { plan, manifest, proved: { parts, results } }: Drilled,
): Promise<DrillOutcome> {
  const { point } = plan;
  const { id, key } = run.reference;
  const judged = judgeProof(results);
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  const recoverySeconds = sum((part) => part.recoverySeconds ?? 0);
  const provedAt = now();
  const proof = {
    ...{ schema: 'pawl/proof@1' as const, stack: run.stack.name },
    ...{ runKey: point.runKey, pointId: point.id, takenAt: point.takenAt },
    ...{ drill: id, drillKey: key, provedAt },
    ...{ requestedBy: request.requestedBy, pawlVersion: request.pawlVersion },
    ...{ ...judged, whole: parts.length === manifest.parts.length },
    ...{ parts, results, bytes: sum(({ bytes }) => bytes), recoverySeconds },
  };
  await run.step(STORE_PROOF, (options) =>
    run.act.storeProof.executeWithOptions(options, [
      { stack: run.stack, run: run.reference, proof },
    ]),
  );
  run.remarks.push(judged.ok ? `${point.id} is proved` : `the proof of ${point.id} failed`);
  return {
    ...{ state: 'done', runbook: 'drill', run: id, proof: judged.ok ? 'passed' : 'failed' },
    ...{ point, parts, results, leftOut: plan.leftOut, recoverySeconds },
    ageSeconds: (Date.parse(provedAt) - Date.parse(point.takenAt)) / 1000,
  };
}
