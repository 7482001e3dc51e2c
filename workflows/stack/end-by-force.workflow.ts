import { isCancellation } from '@temporalio/workflow';
import type { ForcedEnd, ForcedEndInput, SettledTraffic } from '../model/forced-end';
import { forcedActivities, runActivities } from '../run/activities';
import { causeOf } from '../run/failures';
import { now } from '../run/now';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

const NO_TRAFFIC: SettledTraffic = { services: [], left: [] };

/**
 * Ends a run that cannot go on: its requests go to the release that is current, its end is on record, and last it is
 * terminated, which frees its stack. What else it had begun stays as it is. Depends on nothing of the run.
 */
export async function endByForce(input: ForcedEndInput): Promise<ForcedEnd> {
  requireShape(requests.forcedEndInput, input, 'the forced end');
  const { stack, run, number, key, runbook, requestedBy, by, reason } = input;
  const traffic = number > 0 && stack.deploy !== undefined ? await settle(input) : NO_TRAFFIC;
  const summary = [`ended by force by ${by}: ${reason}`, ...traffic.left].join('; ');
  await forcedActivities(stack).recordRun.executeWithOptions(
    { summary: 'write the audit record' },
    [
      {
        // What is no run has no number of its own in the record.
        ...{ stack, run: { id: number > 0 ? run : `${stack.name}/0`, number, key } },
        entry: {
          ...{ runbook, requestedBy, trigger: 'cli', planHash: '', outcome: 'terminated' },
          ...{ summary: number > 0 ? summary : `${run} ${summary}`, at: now() },
        },
      },
    ],
  );
  await runActivities().endRun.executeWithOptions({ summary: `end ${run}` }, [
    { run, key, reason: summary },
  ]);
  return { run, ...traffic };
}

/** Where it cannot be made safe, the run ends all the same: nobody would mend it by waiting. */
async function settle({ stack }: ForcedEndInput): Promise<SettledTraffic> {
  try {
    return await forcedActivities(stack).settleTraffic.executeWithOptions(
      { summary: 'send all requests to the current release' },
      [{ stack }],
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    const reason = `where requests go could not be settled: ${causeOf(error).message}`;
    return { services: [], left: [reason] };
  }
}
