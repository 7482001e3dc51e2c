import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIdOf, workflowBundlePath } from '../../worker/workflow-bundle';
import { TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { secondBuild } from '../support/second-build';
import { ReleasedStack } from './support/released-stack';

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release ended by force', () => {
  let pawl: PawlEnvironment;
  let stack: ReleasedStack;

  beforeAll(async () => {
    pawl = await startPawl();
    stack = await ReleasedStack.create(pawl);
    await stack.mustDeploy();
  });
  afterAll(async () => {
    await stack.remove();
    // The code of its runs was taken away.
    await pawl.end();
  });

  it('leaves all requests with the release that served before, and none without an answer', async () => {
    const canary = { steps: ['50%'], pauseSeconds: 300, minRequests: 1 };
    await stack.describe({ service: { image: TEST_IMAGES.app2 }, api: { canary } });
    const { stdout } = await stack.stack.cli('deploy', '-y', '--detach', '-q');
    const run = stdout.trim();
    const atHalf = async () => ((await stack.versions()).length === 2 ? true : undefined);
    await until(atHalf, 60);
    const load = await startLoad({ url: stack.url, connections: 4 });

    await pawl.stopWorker();
    await rm(join(pawl.stateDirectory, 'bundles', `${await buildIdOf(workflowBundlePath())}.js`));
    pawl.install((await secondBuild()).folder);
    await pawl.startWorker();

    const forced = await stack.stack.cli('cancel', '--force', run, '--json');
    expect(JSON.parse(forced.stdout)).toMatchObject({
      how: 'by-force',
      services: [{ service: 'api', release: 1, putBack: true }],
    });
    expect(await stack.versions()).toEqual(['1']);
    expect((await load.stop()).total.failed).toBe(0);

    // The stack is free, and the next release goes as ever.
    await stack.describe({ service: { image: TEST_IMAGES.app2 } });
    expect(await stack.deploy()).toMatchObject({ code: 0 });
    expect(await stack.versions()).toEqual(['2']);
  });
});
