import type { Ports } from '../../activities/ports/host-ports';
import type { Logger } from '../logging';

/**
 * Makes the schedules of the host's stacks what their last valid stack files say: Temporal may have lost them, or been replaced.
 * Retry:  safe; where nothing is missing nothing is done
 */
export async function bringSchedulesBack(
  { stackFiles, schedules, host }: Pick<Ports, 'stackFiles' | 'schedules' | 'host'>,
  logger: Logger,
): Promise<void> {
  try {
    for (const { description } of await stackFiles.all()) {
      if (description.host !== host) continue;
      for (const { runbook, change } of await schedules.apply(description)) {
        if (change === 'unchanged') continue;
        logger.info({ stack: description.name, runbook, change }, 'schedule applied');
      }
    }
  } catch (error) {
    // The next scheduled run and `pawl schedule apply` do the same; a worker works without it.
    logger.warn({ err: error }, 'schedules could not be compared with the stack files');
  }
}
