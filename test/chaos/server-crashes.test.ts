import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import { FaultyInstallation } from './faulty-installation';

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
