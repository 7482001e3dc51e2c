/*
 * Records the histories that test/workflows/replay.test.ts replays: `npx tsx test/histories/record.ts <version>`.
 *
 * Run it on the code of a release, never on a branch that changes workflows: a history recorded by the code under test
 * replays by definition. Activities are doubles and data is made up, so that histories hold nobody's secrets or paths.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { confirm, keptWorkflowId, queue, stackWorkflowId } from '../../workflows/messages';
import { describeStack } from '../support/descriptions';
import { until } from '../support/processes';
import { BACKUP, restoreOf, WorkflowHarness } from '../support/workflow-harness';
import { HISTORY_DOUBLES } from './doubles';

async function main(): Promise<void> {
  const version = process.argv[2];
  if (version === undefined) throw new Error('usage: record.ts <version>');
  const folder = join(__dirname, version);
  await mkdir(folder, { recursive: true });
  const harness = await WorkflowHarness.start();
  try {
    await harness.working(HISTORY_DOUBLES, () => runEverything(harness));
    const ids = ['melvin/1', 'melvin/2', 'melvin/3', keptWorkflowId('melvin/2'), stackWorkflowId('melvin')];
    for (const id of ids) await save(harness, folder, id);
  } finally {
    await harness.stop();
  }
}

async function runEverything(harness: WorkflowHarness): Promise<void> {
  const stack = describeStack();
  await harness.submit(stack, BACKUP);
  await harness.submit(stack, restoreOf(stack));
  await harness.submit(stack, { runbook: 'backup', options: { only: ['absent'], initialise: false } });
  await until(async () => {
    const state = await harness.client.workflow.getHandle(stackWorkflowId('melvin')).query(queue);
    return state.ended.length === 3 ? true : undefined;
  });
  const kept = harness.client.workflow.getHandle(keptWorkflowId('melvin/2'));
  await kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
  await kept.result();
}

async function save(harness: WorkflowHarness, folder: string, workflowId: string): Promise<void> {
  const history = await harness.client.workflow.getHandle(workflowId).fetchHistory();
  const name = encodeURIComponent(workflowId);
  await writeFile(join(folder, `${name}.json`), `${scrub(historyToJSON(history))}\n`);
}

/** Stack traces name the folders of whoever recorded. */
function scrub(json: string): string {
  return json.replace(/"stackTrace": ?"(?:[^"\\]|\\.)*"/g, '"stackTrace": ""').replace(/"identity": ?"[^"]*"/g, '"identity": "recorder"');
}

void main().then(() => process.exit());
