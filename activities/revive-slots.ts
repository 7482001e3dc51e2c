import { SLOTS, slotService, type SwitchDeployment } from '../workflows/model/deployment';
import type { StackDescription } from '../workflows/model/stack';
import { weightOf, type Shares, type SlotShare } from '../workflows/model/traffic';
import type { Attempt, Site } from './ports';
import type { ReleasePorts } from './release-ports';
import { hasEnded } from './service-container';

export interface SlotsInUse {
  readonly stack: StackDescription;
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly traffic: Shares;
}

/**
 * Starts slots that should get requests and have ended, each as its own release has it. An engine that was killed stops
 * what still runs when it is back, and takes `unless-stopped` for stopped by hand (Docker 20.10): nobody else starts it.
 */
export async function reviveSlots(
  { services, releases, compose }: ReleasePorts,
  site: Site,
  { stack, project, deployment, traffic }: SlotsInUse,
  attempt: Attempt,
): Promise<void> {
  for (const slot of SLOTS.filter((one) => weightOf(traffic[one]) > 0)) {
    const service = slotService(deployment.service, slot);
    const containers = await services.containers(site, project, service);
    const release = containers.every(hasEnded) ? containers[0]?.labels['pawl.release'] : undefined;
    if (release === undefined) continue;
    const file = await releases.file(stack.name, Number(release));
    if (isPart(traffic[slot])) {
      const scale = { containers: containers.length, keeps: true };
      await compose.scale(site, file, service, scale, attempt);
    } else await compose.up(site, file, [service], attempt);
  }
}

/** Of a slot that is rolled there are fewer containers than its release has. */
function isPart(share: SlotShare): boolean {
  return typeof share === 'object' && share.servers !== undefined;
}
