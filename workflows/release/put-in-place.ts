import type { Gate } from '../model/deployment';
import { stepId } from '../model/step-id';
import { watchStep } from './traffic-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { checkGates, type GatedImages } from './gates';
import {
  isSwitched,
  newService,
  whoServes,
  type Placement,
  type SwitchedService,
} from './placement';
import { notJudged, requireGood } from './canary-step';
import { replaceServices } from './replace-services';
import { shiftTraffic } from './shift-traffic';
import { startSlots } from './start-slots';
import type { Shifted } from './steering';
import { takeWarmSlotsOver } from './warm-slots';

export type PutInPlace = Pick<Shifted, 'canary' | 'gapSeconds' | 'notes'>;

interface WhatFollows extends GatedImages {
  readonly after: readonly Gate[];
  /** When the release has all requests, before the gates. */
  readonly served?: () => Promise<void>;
}

/**
 * Puts a release in the place of what serves: started beside it, given the requests, the single instances replaced, the
 * gates behind it checked, and watched under all requests.
 */
export async function putInPlace(
  run: Run,
  undo: Undo,
  placement: Placement,
  { after, images, served }: WhatFollows,
): Promise<PutInPlace> {
  await takeWarmSlotsOver(run);
  run.stateIfItFailsNow = `${whoServes(placement)}. What was started of release ${placement.release} is removed.`;
  await startSlots(run, undo, placement);
  const shifted = await shiftTraffic(run, undo, placement);
  await replaceServices(run, undo, placement);
  await served?.();
  run.page.enter('verify');
  await checkGates(run, 'after', after, placement, { images });
  for (const placed of placement.services) {
    if (isSwitched(placed) && placed.deployment.watchSeconds > 0) {
      await watch(run, placement, placed);
    }
  }
  return shifted;
}

/** Errors that come only under all requests, or after a while, undo the release too. */
async function watch(run: Run, { project }: Placement, placed: SwitchedService): Promise<void> {
  const { deployment, slot } = placed;
  const { service, watchSeconds, canary } = deployment;
  const { maxErrorRate, maxSlowdown, minRequests } = canary ?? UNDER_ALL_REQUESTS;
  await run.step(
    watchStep(service),
    async (options, corrected) => {
      const before = await run.act.readTraffic.executeWithOptions(
        { ...options, activityId: stepId('read', service) },
        [{ stack: run.stack, project, deployment }],
      );
      const policy = { maxErrorRate, maxSlowdown, minRequests, ...corrected };
      const watched = await run.act.watchTraffic.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, deployment, slot, before, policy },
          seconds: corrected['watchSeconds'] ?? watchSeconds,
        },
      ]);
      return requireGood(newService(placed), 'under all traffic', watched);
    },
    {
      detail: ({ detail }) => ({ detail }),
      skipped: notJudged,
      values: { watchSeconds, maxErrorRate, maxSlowdown, minRequests },
    },
  );
}

/** Where the stack file has no canary: the defaults of one. */
const UNDER_ALL_REQUESTS = { maxErrorRate: 1, maxSlowdown: 1.5, minRequests: 20 };
