import type { Reached } from './canary-step';
import type { Placement, RolledService } from './placement';
import { ALL, sharesOf, type Shares } from '../model/traffic';
import type { Run } from '../run/runbook';
import { steering } from './steering';
import { rollStep } from './traffic-steps';

/* Where a service stands whose containers are replaced one by one. */

/** How far the containers of a service are replaced. */
export interface Rolled extends Pick<Reached, 'counters'> {
  /** Containers of the new slot that get requests. */
  added: number;
  /** Containers of the old slot that are left, whatever an attempt to retire some has come to. */
  kept: number;
}

export function retiring(
  run: Run,
  { project }: Placement,
  { deployment, active }: RolledService,
  keep: number,
) {
  return { stack: run.stack, project, deployment, slot: active, keep };
}

export function steeringAt(run: Run, placement: Placement, placed: RolledService, added: number) {
  return steering(run, placement, withRoom(placed), sharesAt(placed, added), placement.release);
}

/** Each server gets as much as each other one. The last share is of a whole slot, whatever its servers' addresses become. */
function sharesAt({ slot, replicas, rolls }: RolledService, added: number): Shares {
  if (added === replicas) return sharesOf(slot, ALL, 'drain');
  const old = Math.min(rolls.from, replicas - added);
  return sharesOf(slot, { weight: 100, servers: added }, { weight: 100, servers: old });
}

/** From the first step to the last, the switch has as many servers for each slot as the larger one needs: no reload between. */
export function withRoom(placed: RolledService): RolledService {
  return { ...placed, replicas: Math.max(placed.replicas, placed.rolls.from) };
}

export function stepsOf({ deployment, slot, shares }: RolledService, count: number) {
  return rollStep({ service: deployment.service, slot, shares }, count);
}
