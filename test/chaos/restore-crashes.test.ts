import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import { IN_RESTORE, IN_UNDO, together } from './crash-cases';
import { FaultyInstallation, killsAtBothEnds } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a restore', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;
  let whole: Digests;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
    whole = await stack.digest();
    expect(await stack.follow('backup', '--init')).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it.each(together(IN_RESTORE, 3))(
    'ends right when the worker is killed at both ends of %s',
    async (_names, activities) => {
      await stack.ruin();
      expect(await stack.digest()).not.toEqual(whole);
      const run = await here.throughKills(activities, () =>
        stack.follow('restore', `--confirm=${stack.name}`),
      );
      expect(run).toMatchObject({ code: 0, outcome: { state: 'done' } });
      await stack.ask('restore', 'confirm', run.run, '-y');
      expect(await stack.digest()).toEqual(whole);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );

  it.each(together(IN_UNDO))(
    'is undone altogether when the worker is killed at both ends of %s',
    async (_names, activities) => {
      const before = await stack.digest();
      const [hold, ...kills] = await here.faults.arm(
        { activity: 'swapPart', part: 'uploads', at: 'start', then: 'hold' },
        ...killsAtBothEnds(activities),
      );
      const run = await stack.submit('restore', `--confirm=${stack.name}`);
      await hold?.struck();
      await stack.ask('cancel', run);
      const watched = await here.survive(kills, stack.follow('watch', run));
      expect(watched).toMatchObject({ code: 5 });
      expect(await stack.digest()).toEqual(before);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );
});
