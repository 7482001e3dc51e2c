import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { PARTS } from '../support/stack-fixture';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a retain', () => {
  let here: FaultyInstallation;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
  });

  afterAll(() => here.stop());

  it.each(CRASHES.retain)('ends right when the worker is killed at %s', async (_where, kills) => {
    const stacks = [await here.newStack(), await here.newStack()];
    for (const stack of stacks) {
      await stack.write({ further: ['keep: {last: 1}'] });
      expect(await stack.follow('backup')).toMatchObject({ code: 0 });
      await stack.ruin();
      expect(await stack.follow('backup')).toMatchObject({ code: 0 });
    }
    await here.through(kills, {
      work: () => Promise.all(stacks.map((stack) => stack.follow('retain', '--read-all'))),
      expect: async (runs) => {
        for (const [index, stack] of stacks.entries()) {
          expect(runs[index]).toMatchObject({
            ...{ code: 0, outcome: { kept: 1, forgotten: [{ run: `${stack.name}/1` }] } },
          });
          expect(await stack.snapshots()).toHaveLength(PARTS.length + 1);
          await stack.checkAllData();
          expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
          // No lock of a dead worker stands in the way of the night's backup.
          expect(await stack.follow('backup')).toMatchObject({ code: 0 });
        }
      },
    });
  });
});
