import { hasSwitch } from '../../workflows/model/deployment';
import type { MaintainedService } from '../../workflows/model/maintenance';
import type { StackDescription } from '../../workflows/model/stack';
import { askBriefly } from './ask-briefly';
import type { Session } from './session';

/** It reads a small file of each service. */
const ANSWER_MILLISECONDS = 5_000;

/**
 * The services of a stack that are in maintenance, asked of its host. Undefined when the host does not say, or not in
 * time. Nobody is asked about a stack without a switch.
 */
export async function readMaintainedServices(
  session: Session,
  stack: StackDescription,
): Promise<readonly MaintainedService[] | undefined> {
  if (stack.deploy?.services.some(hasSwitch) !== true) return [];
  const question = {
    ...{ stack, type: 'maintenanceState', prefix: 'maintenance-state', input: { stack } },
  };
  const services = await askBriefly<MaintainedService[]>(session, question, ANSWER_MILLISECONDS);
  return services?.filter(({ maintenance }) => maintenance !== undefined);
}
