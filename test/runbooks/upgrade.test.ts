import { readdir, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { secondBuild, type SecondBuild } from '../support/second-build';
import { makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';

const ME = userInfo().username;

interface Finding {
  readonly id: string;
  readonly severity: string;
}

describeWith(['temporal', 'restic'], 'an upgrade of pawl on a host', () => {
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;
  let second: SecondBuild;

  beforeAll(async () => {
    second = await secondBuild();
    pawl = await startPawl();
    stack = await ProtectedStack.create(pawl, {
      protect: { data: { engine: 'files', path: './data' } },
      more: { approvals: { backup: { from: [ME], self: true } } },
    });
    await makeFolder(join(stack.folder, 'data'));
  });
  afterAll(() => pawl.stop());

  async function json<Answer>(...args: readonly string[]): Promise<Answer> {
    const { stdout, stderr } = await stack.cli(...args, '--json');
    if (stdout === '') throw new Error(`pawl ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as Answer;
  }

  async function waiting(): Promise<string> {
    const run = await stack.submit('backup');
    const named = async () => {
      const { code, stdout } = await stack.cli('approvals', '--json');
      // The second build answers no question while it waits for its timer.
      if (code !== 0) return undefined;
      const { approvals } = JSON.parse(stdout) as { approvals: { run: string }[] };
      return approvals.find((one) => one.run === run);
    };
    await until(named, 30);
    return run;
  }

  const bundles = async (): Promise<string[]> =>
    (await readdir(join(pawl.stateDirectory, 'bundles'))).filter((name) => name.endsWith('.js'));

  it('lets a run that waits for approval go on, and tells who is of which version', async () => {
    const run = await waiting();
    await pawl.stopWorker();
    pawl.install(second.folder);
    expect(await json('version')).toMatchObject({ client: second.version });
    await pawl.startWorker();
    expect(await json('version')).toMatchObject({
      workers: [{ host: 'local', version: second.version, buildId: second.buildId }],
    });
    expect(await bundles()).toHaveLength(2);
    const { findings } = await json<{ findings: Finding[] }>('doctor');
    expect(findings.find(({ id }) => id === 'versions')).toMatchObject({ severity: 'ok' });
    expect(findings.filter(({ id }) => id === 'runs')).toEqual([]);

    expect(await stack.cli('approve', run, '-y')).toMatchObject({ code: 0 });
    expect(await stack.cli('watch', run)).toMatchObject({ code: 0 });
    expect((await json<{ points: object[] }>('points')).points).toHaveLength(1);
  });

  it('that has lost the code of an open run says so everywhere, and ends it by force alone', async () => {
    pawl.install(second.folder);
    const run = await waiting();
    await pawl.stopWorker();
    await rm(join(pawl.stateDirectory, 'bundles', `${second.buildId}.js`));
    pawl.install(undefined);
    await pawl.startWorker();

    const { stuck } = await json<{ stuck: object[] }>('status');
    expect(stuck).toMatchObject([{ run, kind: 'build-gone', build: second.buildId }]);
    expect(await json('show', run)).toMatchObject({ cannotGoOn: { kind: 'build-gone' } });
    expect(await stack.cli('approvals')).toMatchObject({ code: 0 });
    const { findings } = await json<{ findings: Finding[] }>('doctor');
    expect(findings.find(({ id }) => id === 'runs')).toMatchObject({ severity: 'problem' });
    expect(await stack.cli('cancel', run)).toMatchObject({ code: 7 });

    expect(await stack.cli('cancel', '--force', run)).toMatchObject({ code: 0 });
    expect(await json('show', run)).toMatchObject({ status: 'terminated' });
    const next = await waiting();
    expect(await stack.cli('cancel', '--force', next)).toMatchObject({ code: 7 });
    expect(await stack.cli('approve', next, '-y')).toMatchObject({ code: 0 });
    expect(await stack.cli('watch', next)).toMatchObject({ code: 0 });
  });
});
