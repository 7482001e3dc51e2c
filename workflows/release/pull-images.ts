import type { PlannedService } from '../model/plans';
import type { PinnedImage } from '../model/release';
import { hostNowQueue } from '../model/stack';
import { stepId } from '../model/step-id';
import type { ObservedRelease } from './observed-release';
import { pullImageStep } from './release-steps';
import type { Run } from '../run/runbook';

/** The image of a service, present on the host. */
export interface PulledImage {
  readonly service: string;
  readonly image: PinnedImage;
}

/** Before anything is touched: a registry that is away or a full disk ends the run here. */
export async function pullImages(
  run: Run,
  services: readonly PlannedService[],
): Promise<readonly PulledImage[]> {
  const pulled: PulledImage[] = [];
  for (const { service, image } of services) {
    const { id } = await pullImage(run, stepId('pull', service), image, service);
    pulled.push({ service, image: { ...image, id } });
  }
  return pulled;
}

/**
 * Of the release that comes back: its images are kept too, or pulled by their digests. Nothing long is ahead of one that was
 * seen on the host: no way back waits for dumps.
 */
export async function ensureImages(
  run: Run,
  services: readonly PlannedService[],
  { missing = [] }: ObservedRelease,
): Promise<void> {
  for (const { service, image } of services) {
    const isHere = !missing.some((one) => one.service === service);
    const options = isHere ? { taskQueue: hostNowQueue(run.stack.host) } : {};
    await pullImage(run, stepId('pull', service), image, service, options);
  }
}

export function pullImage(
  run: Run,
  id: string,
  { pinned, reference }: Omit<PinnedImage, 'id'>,
  forWhat: string,
  where: { readonly taskQueue?: string } = {},
): Promise<{ readonly id: string }> {
  const { title } = pullImageStep(id, { reference }, forWhat);
  return run.step(id, title, (options) =>
    run.act.pullImage.executeWithOptions({ ...options, ...where }, [{ stack: run.stack, pinned }]),
  );
}
