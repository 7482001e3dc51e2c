import type { MaintainedService } from './model/maintenance';
import type { StackDescription } from './model/stack';
import { maintainable } from './plan/plan-maintenance';
import { hostActivities } from './support/activities';

/** Which services are in maintenance now: asked of their host, which alone knows. */
export async function maintenanceState(input: {
  readonly stack: StackDescription;
}): Promise<readonly MaintainedService[]> {
  const { stack } = input;
  const services = maintainable(stack, []);
  return hostActivities(stack).observeMaintenance({ stack, services });
}
