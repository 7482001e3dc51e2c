import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import * as workflows from '../../workflows';
import { sealedWorker } from '../support/sealed';
import { workflowBundlePath } from '../../worker/workflow-bundle';

const FOLDER = join(__dirname, '..', 'histories');

const recorded = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

function read(name: string): ReturnType<typeof historyFromJSON> {
  return historyFromJSON(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));
}

/** A file is named for its workflow's id, which child workflows are named after. */
function replay(name: string, history = read(name)): Promise<void> {
  const workflowId = decodeURIComponent(basename(name, '.json'));
  // Those of 0.1.0 were not sealed.
  const { dataConverter } = sealedWorker(true);
  const options = { workflowBundle: { codePath: workflowBundlePath() }, dataConverter };
  return Worker.runReplayHistory(options, history, workflowId);
}

describe('histories of released versions', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('are there for every workflow type', () => {
    const types = recorded.map(
      (name) =>
        read(name).events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '',
    );
    expect([...new Set(types)].sort()).toEqual(Object.keys(workflows).sort());
  });

  it.each(recorded)('%s is understood by the workflows of now', async (name) => {
    await expect(replay(name)).resolves.toBeUndefined();
  });

  it('are refused when a step is missing from them: the check can fail', async () => {
    const name = recorded.find((candidate) => candidate.endsWith('melvin%2F1.json')) ?? '';
    const history = read(name);
    const events = history.events ?? [];
    const scheduled = events.find(
      ({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name === 'storeManifest',
    );
    if (scheduled?.activityTaskScheduledEventAttributes?.activityType) {
      scheduled.activityTaskScheduledEventAttributes.activityType.name = 'storeSomethingElse';
    }
    await expect(replay(name, history)).rejects.toThrow(/TMPRL1100|[Nn]ondeterminism/);
  });
});
