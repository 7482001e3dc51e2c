import { judgeStuck, type OpenWorkflow } from '../../../client/temporal/judge-stuck';
import { differing } from '../../../client/status/differing-versions';
import { readIdentity, writeIdentity } from '../../../workflows/model/worker-identity';

const open: OpenWorkflow = { id: 'melvin/4', type: 'deploy', taskAttempt: 0 };

describe('a run that is open', () => {
  it('goes on where a worker has its build, and where any will do', () => {
    expect(judgeStuck({ ...open, pinnedTo: 'a' }, ['a', 'b'])).toBeUndefined();
    expect(judgeStuck(open, ['b'])).toBeUndefined();
  });

  it('cannot go on when no worker has its build', () => {
    expect(judgeStuck({ ...open, pinnedTo: 'a' }, ['b'])).toMatchObject({
      ...{ run: 'melvin/4', runbook: 'deploy', kind: 'build-gone', build: 'a' },
    });
  });

  it('is not judged while no worker is there at all', () => {
    expect(judgeStuck({ ...open, pinnedTo: 'a' }, [])).toBeUndefined();
  });

  it('cannot go on when its task fails again and again, and a first failure tells nothing', () => {
    const failing = { ...open, taskFailure: '[TMPRL1100] Nondeterminism error' };
    expect(judgeStuck({ ...failing, taskAttempt: 2 }, ['b'])).toBeUndefined();
    expect(judgeStuck({ ...failing, taskAttempt: 3 }, ['b'])).toMatchObject({
      kind: 'task-failing',
      reason: expect.stringContaining('TMPRL1100') as string,
    });
    expect(judgeStuck({ ...open, taskAttempt: 9 }, ['b'])).toBeUndefined();
  });
});

describe('versions', () => {
  const worker = (host: string, version: string, buildId: string) => ({ host, version, buildId });

  it('do not differ where all are of one', () => {
    expect(differing('1', [worker('one', '1', 'a'), worker('two', '1', 'a')])).toEqual([]);
  });

  it('differ by host, and hosts by their workflows', () => {
    expect(differing('2', [worker('one', '1', 'a'), worker('two', '2', 'b')])).toHaveLength(2);
    expect(differing('2', [{ host: 'one', buildId: 'a' }])[0]).toMatch(/before 0.2.0/);
  });

  it('of a host that runs no workflows are compared too, and decide nothing of new runs', () => {
    const of = (version: string, buildId: string) => [
      worker('one', '2', 'a'),
      { ...worker('two', version, buildId), stepsOnly: true as const },
    ];
    expect(differing('2', of('2', 'a'))).toEqual([]);
    expect(differing('2', of('1', 'b'))).toEqual([
      'The worker of host "two" is pawl 1, this command is 2',
    ]);
    expect(differing('2', of('2', 'b'))).toEqual([
      'The worker of host "two" is of another build than the workflows',
    ]);
  });
});

describe('the name of a worker', () => {
  it.each([true, false])('is read as it was written (of an earlier build: %s)', (earlier) => {
    const worker = { host: 'local', pid: 7, machine: 'box-1', version: '0.2.0-rc.1', earlier };
    expect(readIdentity(writeIdentity(worker))).toEqual(worker);
  });

  it.each(['local (7@box)', '', '7@box', 'temporal-cli:root@box'])('is none of %j', (text) => {
    expect(readIdentity(text)).toBeUndefined();
  });
});
