import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import { atBothEdges, IN_RESTORE, IN_UNDO } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

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

  it.each(atBothEdges(IN_RESTORE))(
    'ends right when the worker is killed at the %s of %s',
    async (edge, activity) => {
      await stack.ruin();
      expect(await stack.digest()).not.toEqual(whole);
      const { output: run } = await here.throughKill({ activity, at: edge }, () =>
        stack.follow('restore', `--confirm=${stack.name}`),
      );
      expect(run).toMatchObject({ code: 0, outcome: { state: 'done' } });
      await stack.ask('restore', 'confirm', run.run, '-y');
      expect(await stack.digest()).toEqual(whole);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );

  it.each(atBothEdges(IN_UNDO))(
    'is undone altogether when the worker is killed at the %s of %s',
    async (edge, activity) => {
      const before = await stack.digest();
      const [hold] = await here.faults.arm(
        { activity: 'swapPart', part: 'uploads', at: 'start', then: 'hold' },
        { activity, at: edge, then: 'kill' },
      );
      const run = await stack.submit('restore', `--confirm=${stack.name}`);
      await hold?.struck();
      await stack.ask('cancel', run);
      expect(await here.pawl.workerEnd()).toBe('signal SIGKILL');
      await here.pawl.startWorker();
      expect(await stack.follow('watch', run)).toMatchObject({ code: 5 });
      expect(await stack.digest()).toEqual(before);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );
});
