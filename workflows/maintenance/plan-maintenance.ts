import type { MaintenanceOptions } from '../model/options';
import { hasSwitch } from '../model/deployment';
import type { MaintainedService, Maintenance } from '../model/maintenance';
import type { MaintenancePlan, PlannedStep } from '../model/plans';
import { RECORD_STEP } from '../model/record-step';
import type { StackDescription } from '../model/stack';
import { stepId } from '../model/step-id';
import type { Obstacle } from '../model/obstacle';

/** Who turns it, and when: of the maintenance that begins. */
export interface Turning {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The services that have a switch by the stack file: those that are named, or all. */
export function maintainable(
  { deploy }: StackDescription,
  only: readonly string[],
): readonly string[] {
  const switched = (deploy?.services ?? []).filter(hasSwitch);
  const names = switched.map(({ service }) => service);
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

/**
 * Plans which services go into maintenance, or out of it. A service that has no switch yet is passed over where none is
 * named, and is an obstacle where it is.
 * Shape:  stack, options, observation, who and when → plan without its hash, or an obstacle
 */
export function planMaintenance(
  stack: StackDescription,
  options: MaintenanceOptions,
  observed: readonly MaintainedService[],
  turning: Turning,
): Omit<MaintenancePlan, 'hash'> | Obstacle {
  const named = options.only.filter((name) => !observed.some(({ service }) => service === name));
  if (named.length > 0) return notSwitched(stack, named);
  const [made, missing] = [
    observed.filter(({ switched }) => switched),
    observed.filter(({ switched }) => !switched).map(({ service }) => service),
  ];
  if (observed.length === 0) return notSwitched(stack, []);
  if (made.length === 0 || (missing.length > 0 && options.only.length > 0)) {
    return noSwitch(missing);
  }
  const taken = made.find(({ inTheWay }) => inTheWay !== undefined);
  if (options.turn === 'on' && taken?.inTheWay !== undefined) return noPage(taken.inTheWay);
  const services = made.map((now) => planService(options, now, turning));
  return {
    ...{ runbook: 'maintenance' as const, stack: stack.name, turn: options.turn, services },
    steps: [
      ...services.map((planned) => maintenanceStep(options.turn, planned.service)),
      RECORD_STEP,
    ],
    notes: [
      ...made.flatMap((now) => notes(options, now)),
      ...missing.map((service) => `${service} has no switch yet: it is left out.`),
    ],
  };
}

type PlannedMaintenance = MaintenancePlan['services'][number];

function planService(
  { turn, message = '' }: MaintenanceOptions,
  { service, maintenance: now }: MaintainedService,
  { by, at }: Turning,
): PlannedMaintenance {
  if (turn === 'off') return { service };
  const maintenance: Maintenance = { message, by, since: now?.since ?? at };
  return { service, maintenance };
}

export function maintenanceStep(turn: MaintenanceOptions['turn'], service: string): PlannedStep {
  return turn === 'on'
    ? { id: stepId('maintain', service), title: `answer every request to ${service} with 503` }
    : { id: stepId('serve', service), title: `let ${service} answer requests again` };
}

function notes(
  { turn }: MaintenanceOptions,
  { service, maintenance, inTheWay }: MaintainedService,
): string[] {
  const instead = inTheWay === undefined ? [] : [`Users do not get the page: ${inTheWay}.`];
  return [...instead, ...nowNotes(turn, service, maintenance)];
}

function nowNotes(
  turn: MaintenanceOptions['turn'],
  service: string,
  maintenance: Maintenance | undefined,
): string[] {
  if (maintenance === undefined) {
    return turn === 'on' ? [] : [`${service} is not in maintenance.`];
  }
  const { message, by, since } = maintenance;
  const now = `in maintenance since ${since}, by ${by}: ${message}`;
  return [
    turn === 'on' ? `${service} is ${now}; the message is replaced.` : `${service} is ${now}`,
  ];
}

function notSwitched({ name }: StackDescription, services: readonly string[]): Obstacle {
  const what = services.length === 0 ? 'no service' : `no ${services.join(', no ')}`;
  return {
    obstacle: `the stack file of ${name} releases ${what} behind a switch`,
    advice: 'Only a service of `deploy` with `strategy: switch` or `rolling` has a page.',
  };
}

function noPage(why: string): Obstacle {
  return {
    obstacle: `users would not get the page: ${why}`,
    advice: '`pawl deploy` takes its place back; then try again.',
  };
}

function noSwitch(services: readonly string[]): Obstacle {
  const has = services.length === 1 ? 'has' : 'have';
  return {
    obstacle: `${services.join(', ')} ${has} no switch yet: pawl has released nothing of it`,
    advice: '`pawl deploy` makes it.',
  };
}
