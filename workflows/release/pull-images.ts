import type { PlannedService } from '../model/plans';
import type { PinnedImage } from '../model/release';
import { hostNowQueue } from '../model/stack';
import { pullStep } from './release-steps';
import type { Run } from '../run/runbook';
import type { StepName } from '../run/steps';

/** The image of a service, present on the host. */
export interface PulledImage {
  readonly service: string;
  readonly image: PinnedImage;
}

/**
 * Before anything is touched: a registry that is away or a full disk ends the run here. `isHere`: of images that were seen on
 * the host: they wait for nothing long, so that no way back does.
 */
export async function pullImages(
  run: Run,
  services: readonly PlannedService[],
  isHere: (service: string) => boolean = () => false,
): Promise<readonly PulledImage[]> {
  const pulled: PulledImage[] = [];
  for (const { service, image } of services) {
    const queue = isHere(service) ? { taskQueue: hostNowQueue(run.stack.host) } : {};
    const { id } = await pullImage(run, pullStep({ service, image }), image, queue);
    pulled.push({ service, image: { ...image, id } });
  }
  return pulled;
}

export function pullImage(
  run: Run,
  step: StepName,
  { pinned }: Pick<PinnedImage, 'pinned'>,
  queue: { readonly taskQueue?: string } = {},
): Promise<{ readonly id: string }> {
  return run.step(step, (options) =>
    run.act.pullImage.executeWithOptions({ ...options, ...queue }, [{ stack: run.stack, pinned }]),
  );
}
