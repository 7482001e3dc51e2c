import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { createQuickRepository } from '../support/quick-repository';
import { describeWith } from '../support/requirements';
import { makeFolder } from '../runbooks/support/folders';
import { ProtectedStack, REPOSITORY_PASSWORD } from '../runbooks/support/protected-stack';
import { RestServer } from './support/rest-server';

/** A look has two minutes; with what telling of it takes. */
const LOOK_MILLISECONDS = 120_000;

interface Line {
  readonly failure?: string;
  readonly msg?: string;
}

// Its limit is waited for as it is: what is shorter is test/adapters/restic/silent-backend.test.ts.
describeWith(['temporal', 'restic'], 'a repository that takes questions and never answers', () => {
  let pawl: PawlEnvironment;
  let server: RestServer;
  let stack: ProtectedStack;

  beforeAll(async () => {
    pawl = await startPawl();
    const folder = join(pawl.directory, 'served');
    await createQuickRepository(folder, REPOSITORY_PASSWORD);
    server = await RestServer.start(folder);
    const protect = { data: { engine: 'files', path: './data' } };
    stack = await ProtectedStack.create(pawl, { protect, repository: server.url });
    await makeFolder(join(stack.folder, 'data'));
  });
  afterAll(async () => {
    await pawl.stop();
    server.stop();
  });

  const failures = async (): Promise<readonly Line[]> =>
    (await pawl.workerLog())
      .split('\n')
      .filter((line) => line.includes('observe repository: no answer'))
      .map((line) => JSON.parse(line) as Line);

  it('is told by doctor in seconds, and waited for by a backup, which goes on when it answers', async () => {
    const began = performance.now();
    const backup = stack.follow('backup');
    const doctor = await stack.cli('doctor', '--json');
    const told = performance.now() - began;
    expect(doctor.stdout).toContain('restic has not opened it within 15 s');
    expect(told).toBeLessThan(25_000);

    await until(async () => ((await failures()).length > 0 ? true : undefined), 150);
    const given = performance.now() - began;
    expect(given).toBeLessThan(LOOK_MILLISECONDS + 5_000);
    expect((await failures())[0]).toMatchObject({ failure: 'ServiceUnavailable' });

    server.open();
    expect(await backup).toMatchObject({ code: 0 });
    process.stdout.write(
      `| doctor after ${(told / 1000).toFixed(1)} s | a look given up after ${(given / 1000).toFixed(1)} s |\n`,
    );
  });
});
