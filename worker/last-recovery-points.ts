import type { Client } from '@temporalio/client';
import type { BackupOutcome } from '../workflows/model/outcome';
import type { RecoveryPointSummary } from '../workflows/model/recovery-point';
import { isMark, type Mark } from '../workflows/model/seal';
import { SEARCH_ATTRIBUTES } from '../workflows/model/search-attributes';

/** Newest first: enough for some dozen stacks with a backup an hour. */
const RUNS_LOOKED_AT = 500;

/**
 * The newest whole recovery point of each stack of this host, as Temporal remembers it: a worker that has just started
 * must not look as if there were none.
 * Retry:  safe; reads only
 */
export async function lastRecoveryPoints(
  client: Client,
  host: string,
): Promise<readonly RecoveryPointSummary[]> {
  const { host: hostName, outcome, stack } = SEARCH_ATTRIBUTES;
  const query = `WorkflowType = 'backup' AND ${hostName} = '${host}' AND ${outcome} = 'done'`;
  const points = new Map<string, RecoveryPointSummary>();
  let looked = 0;
  for await (const run of client.workflow.list({ query })) {
    const name = run.typedSearchAttributes.get({ name: stack, type: 'KEYWORD' });
    if (name !== undefined && !points.has(name)) {
      const outcome = await outcomeOf(client, run.workflowId);
      if (outcome?.point.partial === false) points.set(name, outcome.point);
    }
    if (++looked === RUNS_LOOKED_AT) break;
  }
  return [...points.values()];
}

/** Undefined of one that another key has sealed, or that somebody without one has put there. */
async function outcomeOf(client: Client, run: string): Promise<BackupOutcome | undefined> {
  const result = (await client.workflow.getHandle(run).result()) as
    BackupOutcome | Mark | undefined;
  return result === undefined || isMark(result) ? undefined : result;
}
