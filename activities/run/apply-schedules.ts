import type { AppliedSchedule } from '../../workflows/model/schedule';
import type { StackDescription } from '../../workflows/model/stack';
import { beating } from '../frame/beating';
import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

/** What is to be known of a stack for its schedules. */
export type ScheduledDescription = Pick<StackDescription, 'name' | 'host' | 'schedule'>;

/**
 * Makes the schedules of a stack what its description says.
 * Shape:  { stack } → what was done about each
 * Retry:  safe; a second time there is nothing to do. Heartbeats every 2 s
 * Throws: ServiceUnavailable
 */
export const applySchedules =
  (ports: Pick<Ports, 'schedules' | 'secrets'>) =>
  ({ stack }: { readonly stack: ScheduledDescription }): Promise<readonly AppliedSchedule[]> =>
    runBrief(ports, () => beating(() => ports.schedules.apply(stack)));
