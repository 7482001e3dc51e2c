import { SLOTS, slotService, type Slot } from '../../workflows/model/deployment';
import { weightOf } from '../../workflows/model/traffic';
import {
  hasReached,
  whoAnswersInstead,
  whoIsInPlace,
  type SeenService,
} from '../../workflows/release/seen-service';
import { AdapterError, isAway } from '../ports/adapter-error';
import { untilSeen } from '../ports/until-seen';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import type { SwitchKey, Switches } from '../ports/switches';
import { projectOf } from './project-of';

/** What a switch's file says. */
export type Desired = NonNullable<Awaited<ReturnType<Switches['desired']>>>;

export interface SeenOnHost extends SeenService {
  readonly own: readonly ServiceContainer[];
  readonly slots: Readonly<Record<Slot, readonly ServiceContainer[]>>;
  readonly desired?: Desired;
}

/**
 * What the host has of a service: containers of its name and of its slots, and what its switch's file says. With an attempt,
 * also what the switch itself says of its servers.
 */
export async function seeService(
  { services, switches }: Pick<ReleasePorts, 'services' | 'switches'>,
  site: Site,
  { stack, project, service }: SwitchKey & { readonly project: string },
  attempt?: Attempt,
): Promise<SeenOnHost> {
  const look = (name: string) => services.containers(site, project, name);
  const [own, desired, ...slots] = await Promise.all([
    look(service),
    switches.desired({ stack, service }),
    ...SLOTS.map((slot) => look(slotService(service, slot))),
  ]);
  const bySlot = Object.fromEntries(SLOTS.map((slot, at) => [slot, slots[at] ?? []]));
  const asked = attempt !== undefined && whoIsInPlace(stack, own) === 'switch';
  const seen = {
    ...{ service, own, slots: bySlot as SeenOnHost['slots'] },
    ...(desired === undefined ? {} : { desired }),
  };
  return asked
    ? { ...seen, ...(await counted(switches, { stack, service }, seen, attempt)) }
    : seen;
}

/** A switch that has just started knows no address before DNS answers; an application may miss a check or two. */
const SURE_AFTER_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 500;

/**
 * What the switch says; where it does not reach a slot that runs, when it has not done so for some seconds. Nothing where it
 * does not answer: what its containers are is all that is known then.
 */
async function counted(
  switches: Switches,
  key: SwitchKey,
  seen: SeenOnHost,
  attempt: Attempt,
): Promise<Pick<SeenOnHost, 'counters'>> {
  const meant = SLOTS.filter((slot) => weightOf(seen.desired?.traffic[slot] ?? 'off') > 0);
  // By their containers: those of which only the switch can still say otherwise.
  const running = meant.filter((slot) => hasReached(seen, slot));
  try {
    const counters = await untilSeen(
      () => switches.counters(key, attempt),
      (now) => running.every((slot) => hasReached({ ...seen, counters: now }, slot)),
      {
        everyMilliseconds: LOOK_MILLISECONDS,
        withinMilliseconds: SURE_AFTER_MILLISECONDS,
        signal: attempt.signal,
      },
    );
    return { counters };
  } catch (error) {
    if (error instanceof AdapterError) return {};
    throw error;
  }
}

/**
 * What answers in the place of a service's switch. Undefined where nothing does, and while the engine is away: its switch may
 * serve all the same, and is asked on its own socket.
 */
export async function answersInstead(
  { services, releases, compose }: Pick<ReleasePorts, 'services' | 'releases' | 'compose'>,
  site: Site,
  service: string,
  attempt: Attempt,
): Promise<string | undefined> {
  const project = await projectOf({ releases, compose }, site, attempt);
  try {
    const own = await services.containers(site, project, service);
    return whoAnswersInstead(site.stack, service, own);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}
