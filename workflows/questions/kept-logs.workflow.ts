import type { KeptLog } from '../model/kept-log';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

export interface KeptLogsInput {
  readonly stack: StackDescription;
  readonly of: string;
  readonly step?: string;
}

/** What containers of a run wrote that are gone, as its host has kept it. */
export async function keptLogs(input: KeptLogsInput): Promise<readonly KeptLog[]> {
  requireShape(requests.questionInput, input, 'the question');
  return hostActivities(input.stack).readKeptLogs(input);
}
