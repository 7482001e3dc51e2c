import { FaultyInstallation } from '../chaos/faulty-installation';
import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';

const MIDDLE = { bytes: 300_000 };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a changed stack file', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
  });

  afterAll(() => here.stop());

  it('changes nothing of a run that has begun', async () => {
    const whole = await stack.digest();
    const at = MIDDLE;
    const dump = await here.arm({ activity: 'backUpPart', part: 'accounts', at, then: 'hold' });
    const run = await stack.submit('backup', '--init');
    await dump.struck();
    // Neither is there: the next run would fail, and what is left of this one must not look.
    await stack.write({ uploads: './moved', documents: 'moved' });
    await dump.release();
    expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
    expect(await stack.follow('backup')).toMatchObject({ code: 7 });

    await stack.write();
    await stack.ruin();
    const restore = await stack.follow('restore', `--confirm=${stack.name}`);
    expect(restore).toMatchObject({ code: 0, outcome: { point: { run } } });
    await stack.ask('restore', 'confirm', restore.run, '-y');
    expect(await stack.digest()).toEqual(whole);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });
});
