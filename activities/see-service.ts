import { SLOTS, slotService, type Slot } from '../workflows/model/deployment';
import { whoAnswersInstead, type SeenService } from '../workflows/plan/release/what-runs';
import { AdapterError } from './adapter-error';
import type { Attempt, Site } from './ports';
import { projectOf } from './project-of';
import type { ReleasePorts, ServiceContainer, SwitchKey, Switches } from './release-ports';

/** What a switch's file says. */
export type Desired = NonNullable<Awaited<ReturnType<Switches['desired']>>>;

export interface SeenOnHost extends SeenService {
  readonly own: readonly ServiceContainer[];
  readonly slots: Readonly<Record<Slot, readonly ServiceContainer[]>>;
  readonly desired?: Desired;
}

/** What the host has of a service: containers of its name and of its slots, and what its switch's file says. */
export async function seeService(
  { services, switches }: Pick<ReleasePorts, 'services' | 'switches'>,
  site: Site,
  { stack, project, service }: SwitchKey & { readonly project: string },
): Promise<SeenOnHost> {
  const look = (name: string) => services.containers(site, project, name);
  const [own, desired, ...slots] = await Promise.all([
    look(service),
    switches.desired({ stack, service }),
    ...SLOTS.map((slot) => look(slotService(service, slot))),
  ]);
  const bySlot = Object.fromEntries(SLOTS.map((slot, at) => [slot, slots[at] ?? []]));
  return {
    ...{ service, own, slots: bySlot as SeenOnHost['slots'] },
    ...(desired === undefined ? {} : { desired }),
  };
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
    if (error instanceof AdapterError && error.kind === 'ServiceUnavailable') return undefined;
    throw error;
  }
}
