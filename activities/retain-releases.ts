import { planReleaseRetention } from '../workflows/plan/release/plan-retention';
import { deployOf } from './deploy-of';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

/**
 * Removes old releases and the images that only they needed.
 * Shape:  { stack } → numbers of the removed ones
 * Retry:  safe; an image that something uses stays
 */
export const retainReleases =
  (ports: HostPorts) =>
  (input: StepInput): Promise<readonly number[]> =>
    runStep(ports, input, { phase: 'retain releases' }, async () => {
      const { releases, images } = ports.release;
      const stored = await releases.list(input.stack.name);
      const plan = planReleaseRetention(stored, deployOf(input.stack).release.keep);
      await releases.remove(input.stack.name, plan.remove);
      await images.removeUnused(plan.images);
      return plan.remove;
    });
