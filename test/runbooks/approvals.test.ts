import { Client, Connection } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { readChain } from '../../activities/adapters/state-directory/audit-chain';
import type { AuditEntry } from '../../activities/ports/audit-record';
import type { ApprovalState } from '../../workflows/model/approval';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';
import { sealedClient } from '../support/sealed';

const ME = userInfo().username;

interface Listed extends ApprovalState {
  readonly run: string;
  readonly runbook: string;
}

describeWith(['temporal', 'restic'], 'a backup that people must approve', () => {
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;

  beforeAll(async () => {
    pawl = await startPawl();
    stack = await ProtectedStack.create(pawl, { protect: {} });
    await makeFolder(join(stack.folder, 'data'));
  });
  afterAll(() => pawl.stop());

  async function begin(policy: object): Promise<Listed> {
    await stack.describe({
      protect: { data: { engine: 'files', path: './data' } },
      repository: stack.repository,
      more: { approvals: { backup: policy } },
    });
    const run = await stack.submit('backup', '--init');
    return until(async () => (await listed()).find((waiting) => waiting.run === run), 30);
  }

  async function listed(): Promise<readonly Listed[]> {
    const { stdout } = await stack.cli('approvals', '--json');
    return (JSON.parse(stdout) as { approvals: readonly Listed[] }).approvals;
  }

  async function lastEntry(): Promise<AuditEntry | undefined> {
    const file = join(pawl.stateDirectory, 'audit', `${stack.name}.jsonl`);
    return readChain(file, await readFile(file)).entries.at(-1);
  }

  it('is approved from Temporal as from the command line, and not by who asked for it', async () => {
    const { run, runbook, planHash, requestedBy } = await begin({ from: [ME, 'ben'] });
    expect({ runbook, requestedBy }).toEqual({
      runbook: 'backup',
      requestedBy: `${ME}@${hostname()}`,
    });
    expect(await stack.cli('approve', run, '-y')).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/somebody else must answer[^]*These may: ben/) as string,
    });
    const shown = await stack.cli('show', run);
    expect(shown.stdout).toMatch(/waits for approval/);
    expect(shown.stdout).toMatch(/waiting for approval by ben: 0 of 1 given, until /);
    expect(await stack.snapshots().catch(() => [])).toEqual([]);

    const connection = await Connection.connect({ address: pawl.temporal.address });
    const handle = new Client({ connection, ...sealedClient() }).workflow.getHandle(run);
    const answer = { by: 'ben', planHash, message: 'from the web page' };
    await handle.executeUpdate('approve', { args: [answer] });
    await connection.close();

    expect(await stack.watch(run)).toMatchObject({ code: 0 });
    const approved = { by: 'ben', message: 'from the web page' };
    expect(await lastEntry()).toMatchObject({ run, planHash, approvals: [approved] });
    expect((await stack.cli('show', run)).stdout).toMatch(/approved by ben, .*: from the web page/);
  });

  it('is approved on the command line, for the plan that is shown', async () => {
    const { run, planHash } = await begin({ from: [ME], self: true });
    expect(await stack.cli('approve', run)).toMatchObject({ code: 2 });
    expect(await stack.cli('approvals')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(planHash.slice(0, 12)) as string,
    });
    const { code, stdout } = await stack.cli('approve', run, '-y', '-m', 'tested');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Plan ${planHash.slice(0, 12)}: backup, ${run}`);
    expect(stdout).toContain('1. back up data');
    expect(stdout).toContain(`${run} is approved, and goes on.`);
    expect(await stack.watch(run)).toMatchObject({ code: 0 });
    expect(await lastEntry()).toMatchObject({ planHash, approvals: [{ message: 'tested' }] });
    expect(await stack.cli('approve', run, '-y')).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/waits for no approval/) as string,
    });
    expect(await listed()).toEqual([]);
  });

  it('is rejected with a reason, and has changed nothing', async () => {
    const before = await stack.snapshots();
    const { run, planHash } = await begin({ from: [ME], self: true });
    expect(await stack.cli('reject', run, '-y')).toMatchObject({ code: 2 });
    const rejected = await stack.cli('reject', run, '-y', '-m', 'not on a Friday', '--json');
    expect(JSON.parse(rejected.stdout)).toMatchObject({
      ...{ schema: 'pawl/reject@1', run, planHash, message: 'not on a Friday', given: [] },
    });
    expect(await stack.watch(run)).toMatchObject({
      code: 7,
      failure: {
        message: `rejected by ${ME}@${hostname()}: not on a Friday`,
        state: 'Nothing was changed.',
      },
    });
    expect(await stack.snapshots()).toEqual(before);
    expect(await lastEntry()).toMatchObject({
      ...{ run, outcome: 'failed', planHash, rejectedBy: { message: 'not on a Friday' } },
    });
  });

  it('ends when nobody has answered in time', async () => {
    const { run } = await begin({ from: ['ben'], expires: '4s' });
    expect(await stack.watch(run)).toMatchObject({
      code: 7,
      failure: { message: 'not approved within 4s: 0 of 1 approvals came' },
    });
  });

  it('is not to be found under a number that there is not', async () => {
    expect(await stack.cli('approve', `${stack.name}/999`, '-y')).toMatchObject({ code: 1 });
  });
});
