import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { Digests } from '../support/stack-content';
import { StackFixture, stackSecrets } from '../support/stack-fixture';
import { startStackServers } from '../support/stack-servers';
import { FaultyInstallation } from './faulty-installation';
import { Faults } from './faults';
import { SupervisedInstallation } from './supervised-installation';

/** Of 1.4 MB: the dump is under way, and neither end has all of it. */
const MIDDLE = { bytes: 300_000 };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'with its server killed', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;
  let whole: Digests;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
    whole = await stack.digest();
  });

  afterAll(() => here.stop());

  it('a backup goes on in mid-dump, and nothing is dumped twice', async () => {
    const middle = await inMiddleOf('backUpPart');
    const run = await stack.submit('backup', '--init');
    await middle.struck();
    await here.pawl.killServer9();
    await middle.release();
    await here.pawl.startServer();

    expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });

    const snapshots = await stack.snapshots();
    expect(snapshots.filter(({ tags }) => tags?.includes('part:accounts'))).toHaveLength(1);
    expect(await stack.ask('points')).toMatchObject({ points: [{ run, parts: 3 }] });
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });

  it('a restore goes on in its middle', async () => {
    await stack.ruin();
    const middle = await inMiddleOf('restorePart');
    const run = await stack.submit('restore', `--confirm=${stack.name}`);
    await middle.struck();
    await here.pawl.killServer9();
    await middle.release();
    await here.pawl.startServer();
    await expectRestored(run);
  });

  it('and its worker with it, a restore ends right without a command', async () => {
    await stack.ruin();
    const middle = await inMiddleOf('restorePart');
    const run = await stack.submit('restore', `--confirm=${stack.name}`);
    await middle.struck();
    await Promise.all([here.pawl.killServer9(), here.pawl.killWorker9()]);
    await Promise.all([here.pawl.startServer(), here.pawl.startWorker()]);
    await expectRestored(run);
  });

  const inMiddleOf = (activity: string) =>
    here.arm({ activity, part: 'accounts', at: MIDDLE, then: 'hold' });

  async function expectRestored(run: string): Promise<void> {
    expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
    await stack.ask('restore', 'confirm', run, '-y');
    expect(await stack.digest()).toEqual(whole);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  }
});

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'pawl server', () => {
  it('ends a restore right after a pull of the plug, when it is started again', async () => {
    const servers = await startStackServers();
    const pawl = await SupervisedInstallation.create();
    try {
      const faults = await Faults.in(pawl.directory);
      await pawl.start({ ...stackSecrets(servers), ...faults.env });
      const stack = await StackFixture.create(pawl, servers, 'plugged');
      const whole = await stack.digest();
      expect(await stack.follow('backup', '--init')).toMatchObject({ code: 0 });
      await stack.ruin();
      const hold = { part: 'accounts', at: MIDDLE, then: 'hold' } as const;
      const [middle] = await faults.arm({ activity: 'restorePart', ...hold });
      const run = await stack.submit('restore', `--confirm=${stack.name}`);
      await middle?.struck();

      await pawl.kill9();
      await pawl.start({ ...stackSecrets(servers), ...faults.env });

      expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
      await stack.ask('restore', 'confirm', run, '-y');
      expect(await stack.digest()).toEqual(whole);
      expect(await leftovers(pawl, stack)).toEqual(NOTHING);
    } finally {
      await pawl.stop();
      await servers.stop();
    }
  });
});
