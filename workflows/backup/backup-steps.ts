import type { PlannedStep } from '../model/plans';
import type { Part } from '../model/recovery-point';
import { stepId } from '../model/step-id';

/* The steps of a recovery point: of a backup, and of a release that saves one first. */

export const OBSERVE_REPOSITORY = { id: 'observe-repository', title: 'look at the repository' };

export const STORE_MANIFEST: PlannedStep = { id: 'manifest', title: 'store the manifest' };

export function observeEntryStep(entry: string): PlannedStep {
  return { id: stepId('observe', entry), title: `look at ${entry}` };
}

export function createRepositoryStep(url: string): PlannedStep {
  return { id: 'initialise', title: `create the repository ${url}` };
}

export function backUpStep({ name }: Pick<Part, 'name'>): PlannedStep {
  return { id: stepId('back-up', name), title: `back up ${name}` };
}
