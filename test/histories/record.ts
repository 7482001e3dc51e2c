/*
 * Records the histories that test/workflows/replay.test.ts replays: `npx tsx test/histories/record.ts <version> [scenario]`.
 *
 * Run it on the code of a release, never on a branch that changes workflows: a history recorded by the code under test
 * replays by definition. Activities are doubles and data is made up, so that histories hold nobody's secrets or paths.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { WorkflowHarness } from '../support/workflow-harness';
import { HISTORY_DOUBLES } from './doubles';
import { SCENARIOS } from './scenarios';

async function main(): Promise<void> {
  const [version, only] = process.argv.slice(2);
  if (version === undefined) throw new Error('usage: record.ts <version> [scenario]');
  const folder = join(__dirname, version);
  await mkdir(folder, { recursive: true });
  const harness = await WorkflowHarness.start();
  try {
    for (const [title, scenario] of Object.entries(SCENARIOS)) {
      if (only !== undefined && only !== title) continue;
      console.error(title);
      const ids = await harness.working({ ...HISTORY_DOUBLES, ...scenario.doubles }, () => scenario.run(harness));
      for (const id of ids) await save(harness, folder, id);
    }
  } finally {
    await harness.stop();
  }
}

/** `#` stands before the run id, where a later workflow has the name too. */
async function save(harness: WorkflowHarness, folder: string, id: string): Promise<void> {
  const [workflowId = '', runId] = id.split('#');
  const history = await harness.client.workflow.getHandle(workflowId, runId).fetchHistory();
  await writeFile(join(folder, `${encodeURIComponent(workflowId)}.json`), `${scrub(historyToJSON(history))}\n`);
}

/** Stack traces name the folders of whoever recorded; blanks would be a third of a file. */
function scrub(json: string): string {
  const replacer = (key: string, value: unknown): unknown => {
    if (key === 'stackTrace') return '';
    return key === 'identity' ? 'recorder' : value;
  };
  return JSON.stringify(JSON.parse(json), replacer);
}

void main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
