import { LABELS } from '../../workflows/model/labels';
import {
  SLOTS,
  slotService,
  type Slot,
  type SwitchDeployment,
} from '../../workflows/model/deployment';
import type { StackDescription } from '../../workflows/model/stack';
import { weightOf, type Shares, type SlotShare } from '../../workflows/model/traffic';
import type { Attempt } from '../ports/attempt';
import type { Scale } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { tagImages } from '../containers/tag-images';
import { hasEnded } from '../containers/service-container';
import { becomeReady } from '../containers/become-ready';

export interface SlotsInUse {
  readonly stack: StackDescription;
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly traffic: Shares;
  /** Whose file says what each slot is. Absent: one whose containers were removed is not made again. */
  readonly releases?: Readonly<Partial<Record<Slot, number>>>;
}

/**
 * Starts slots that should get requests and have ended or were removed by hand, each as its own release has it, and waits
 * until they are ready: whoever has the service's name meanwhile keeps it so long. An engine that was killed stops what
 * still runs when it is back, and takes `unless-stopped` for stopped by hand (Docker 20.10): nobody else starts it.
 * Throws: VerificationFailed (a slot that was started is not ready in time)
 */
export async function reviveSlots(
  ports: ReleasePorts,
  site: Site,
  { stack, project, deployment, traffic, releases: known }: SlotsInUse,
  attempt: Attempt,
): Promise<void> {
  const { services, releases, compose } = ports;
  for (const slot of SLOTS.filter((one) => weightOf(traffic[one]) > 0)) {
    const service = slotService(deployment.service, slot);
    const containers = await services.containers(site, project, service);
    if (!containers.every(hasEnded)) continue;
    const release = Number(containers[0]?.labels[LABELS.release] ?? known?.[slot]);
    if (!Number.isInteger(release)) continue;
    const file = await releases.file(stack.name, release);
    await tagImages(ports, stack.name, release, service);
    const scale = scaleOf(traffic[slot], containers.length);
    if (scale === undefined) await compose.up({ site, file, services: [service], attempt });
    else await compose.scale({ site, file, service, scale, attempt });
    const { port, ready } = deployment;
    await becomeReady(ports, site, { project, release, service, port, ready }, attempt);
  }
}

/** Of a slot that is rolled there are fewer containers than its release has. */
function scaleOf(share: SlotShare, found: number): Scale | undefined {
  if (typeof share !== 'object' || share.servers === undefined) return undefined;
  return { containers: found === 0 ? share.servers : found, keeps: true };
}
