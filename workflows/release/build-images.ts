import type { BuildOptions } from '../model/options';
import type { DeployPlan } from '../model/plans';
import type { ObservedImage } from './observed-release';
import { hashPlan } from '../run/hash-plan';
import { buildStep, pushStep } from './release-steps';
import type { Run } from '../run/runbook';

/** What this run has built, by service. */
export type BuiltImages = Readonly<Record<string, ObservedImage>>;

/** Before anything is touched: a build that fails, or a registry that takes nothing, ends the run here. */
export async function buildImages(
  run: Run,
  { services }: DeployPlan,
  { push }: BuildOptions,
): Promise<BuiltImages> {
  const images: [string, ObservedImage][] = [];
  for (const { service, builds } of services) {
    if (builds !== true) continue;
    const built = await buildImage(run, service);
    images.push([service, push ? await pushImage(run, service, built) : built]);
  }
  return Object.fromEntries(images);
}

/** The hash that a plan had when it could not know yet what a build comes to. */
export function hashBeforeBuild({ hash: _, ...plan }: DeployPlan): string {
  const services = plan.services.map((planned) => {
    const { reference } = planned.image;
    return planned.builds ? { ...planned, image: { reference, pinned: reference } } : planned;
  });
  return hashPlan({ ...plan, services });
}

function buildImage(run: Run, service: string): Promise<ObservedImage> {
  return run.step(
    buildStep(service),
    (options) => run.act.buildImage.executeWithOptions(options, [{ stack: run.stack, service }]),
    { detail: ({ pinned }) => ({ detail: pinned }) },
  );
}

function pushImage(run: Run, service: string, image: ObservedImage): Promise<ObservedImage> {
  return run.step(
    pushStep(service, image),
    (options) =>
      run.act.pushImage.executeWithOptions(options, [{ stack: run.stack, service, image }]),
    { detail: ({ pinned }) => ({ detail: pinned }) },
  );
}
