import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, stopChild, type Child } from '../../worker/server/child';
import { workerCommand } from '../../worker/server/worker-command';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { secondBuild } from '../support/second-build';
import { UPLOADS_ENVIRONMENT, writeUploadsStack } from './support/uploads-stack';

const STOP_GRACE_MILLISECONDS = 20_000;

describeWith(['temporal', 'restic'], 'a worker without workflows', () => {
  let pawl: PawlEnvironment;
  let other: Child | undefined;

  beforeAll(async () => {
    pawl = await startPawl({
      env: UPLOADS_ENVIRONMENT,
      workerFlags: ['--no-workflows'],
    });
    await writeUploadsStack(pawl);
    await writeFile(join(pawl.directory, 'uploads', 'a'), 'a');
  });
  afterAll(async () => {
    if (other !== undefined) await stopChild(other, STOP_GRACE_MILLISECONDS);
    // No worker of workflows is left that could be asked.
    await pawl.end();
  });

  it('is told from none: a command says that workflows are missing, and doctor too', async () => {
    const refused = await pawl.cli(['backup']);
    expect(refused).toMatchObject({ code: 6 });
    expect(refused.stderr).toContain('Nobody has asked');
    expect(refused.stderr).toContain('without --no-workflows');
    const { stdout } = await pawl.cli(['doctor', '--json']);
    expect(stdout).toContain('Nobody has asked');
  });

  it("does its host's steps for the workflows of another worker", async () => {
    const log = await open(join(pawl.directory, 'other.log'), 'a');
    const flags = ['--host', 'other', '--state-dir', join(pawl.directory, 'other-state')];
    const argv = workerCommand([...flags, '--health-address', 'none']);
    other = await startChild({ argv, env: pawl.env, output: log.fd, ipc: true });
    await log.close();
    await other.message;
    const { code, stderr } = await pawl.cli(['backup']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await pawl.workerLog()).toContain('"workflows":"none"');
  });

  it('is compared with the others, though nobody asks it for workflows', async () => {
    const second = await secondBuild();
    await pawl.stopWorker();
    pawl.install(second.folder);
    await pawl.startWorker();
    pawl.install(undefined);

    const { stdout } = await pawl.cli(['version', '--json']);
    const { workers } = JSON.parse(stdout) as { workers: object[] };
    expect(workers).toEqual([
      expect.objectContaining({ host: 'local', version: second.version, stepsOnly: true }),
      expect.not.objectContaining({ stepsOnly: true }),
    ]);
    const fact = `The worker of host "local" is pawl ${second.version}, this command is`;
    const told = await Promise.all([pawl.cli(['doctor']), pawl.cli(['status'])]);
    for (const one of told) expect(one.stdout).toContain(fact);
  });
});
