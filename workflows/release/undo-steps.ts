import type { PlannedStep } from '../model/plans';
import { stepId } from '../model/step-id';
import { giveBackStep } from './release-steps';

/* What no plan has: the way back, and what keeps users safe while a step is held. */

/** `what`: as its release names it. */
export function discardReleaseStep(what: string): PlannedStep {
  return { id: 'discard-release', title: `drop ${what}` };
}

/** `name`: of the containers, as the release's file has it. */
export function removeStep(name: string): PlannedStep {
  return { id: stepId('remove', name), title: `remove ${name}` };
}

/** What was kept warm may have files open that are no longer those of its data. Planned, by a rollback of the data. */
export function coolStep(name: string): PlannedStep {
  return { ...removeStep(name), title: `stop ${name}, which has the old data` };
}

export function putBackStep(service: string): PlannedStep {
  return { id: stepId('put-back', service), title: `start the former ${service} again` };
}

export function shiftBackStep(service: string, slot: string): PlannedStep {
  return {
    id: stepId('shift-back', service),
    title: `send all requests of ${service} back to ${slot}`,
  };
}

export function giveBackToComposeStep(service: string): PlannedStep {
  return { ...giveBackStep({ service }), title: `give ${service} back to plain Compose` };
}

export function removeSwitchStep(service: string): PlannedStep {
  return { id: stepId('remove-switch', service), title: `remove the switch of ${service}` };
}

/** `slot`: which served well before. */
export function holdStep(service: string, slot: string): PlannedStep {
  return {
    id: stepId('hold', service),
    title: `send all requests of ${service} to ${slot} while it is held`,
  };
}

export function goOnStep(service: string, share: number, slot: string): PlannedStep {
  return {
    id: stepId('go-on', service),
    title: `send ${share} % of ${service}'s requests to ${slot} again`,
  };
}

export function takeBackStep(service: string, to: 'switch' | 'release'): PlannedStep {
  const title =
    to === 'switch'
      ? `give ${service} to its switch again`
      : `start ${service} of the release again`;
  return { id: stepId('take-back', service), title };
}

export const EDGE_BACK: PlannedStep = { id: 'edge-back', title: 'put the edge back as it was' };

export function migrateBackStep(revision: string): PlannedStep {
  return { id: 'migrate-back', title: `take the schema back to ${revision}` };
}

export const MIGRATE_UP: PlannedStep = { id: 'migrate-up', title: 'migrate the schema up again' };
