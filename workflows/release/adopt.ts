import type { PlannedService } from '../model/plans';
import { adoptsFirst, adoptStep } from './release-steps';
import type { ObservedRelease } from './observed-release';
import { hashJson } from '../run/hash-plan';
import { now } from '../run/now';
import type { Run } from '../run/runbook';

/**
 * Records what plain Compose runs, before anything is changed, and keeps the record whatever becomes of the run: it is
 * what runs. Returns its number; undefined where there is nothing to record.
 */
export async function adopt(
  run: Run,
  { requestedBy, pawlVersion }: { readonly requestedBy: string; readonly pawlVersion: string },
  services: readonly PlannedService[],
  observed: ObservedRelease,
): Promise<number | undefined> {
  if (!adoptsFirst(observed, services)) return undefined;
  return run.step(adoptStep(observed), (options) =>
    run.act.adoptRelease.executeWithOptions(options, [
      {
        ...{ stack: run.stack, run: run.reference, requestedBy, pawlVersion, at: now() },
        ...{ stackHash: hashJson(run.stack), replaced: observed.stored.current },
        running: observed.services.flatMap(({ service, image, runningImage }) =>
          runningImage === undefined
            ? []
            : [{ service, image: runningImage, reference: image.reference }],
        ),
      },
    ]),
  );
}
