import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';
import type { Fault } from './faults';

const HOLD: Fault = { activity: 'swapPart', part: 'uploads', at: 'start', then: 'hold' };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a restore', () => {
  let here: FaultyInstallation;
  let both: readonly StackFixture[];
  let whole: readonly Digests[];

  const digests = () => Promise.all(both.map((stack) => stack.digest()));

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    both = [await here.newStack(), await here.newStack()];
    whole = await digests();
    const runs = await Promise.all(both.map((stack) => stack.follow('backup', '--init')));
    for (const run of runs) expect(run).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it.each(CRASHES.restore)('ends right when the worker is killed at %s', async (_where, kills) => {
    await Promise.all(both.map((stack) => stack.ruin()));
    for (const [index, ruined] of (await digests()).entries()) {
      expect(ruined).not.toEqual(whole[index]);
    }
    await here.through(kills, {
      work: () =>
        Promise.all(both.map((stack) => stack.follow('restore', `--confirm=${stack.name}`))),
      expect: async (runs) => {
        for (const [index, { run, ...ended }] of runs.entries()) {
          expect(ended).toMatchObject({ code: 0, outcome: { state: 'done' } });
          await both[index]?.ask('restore', 'confirm', run, '-y');
        }
        expect(await digests()).toEqual(whole);
        await expectNothingLeft();
      },
    });
  });

  it.each(CRASHES.restoreUndone)(
    'is undone altogether when the worker is killed at %s',
    async (_where, kills) => {
      const before = await digests();
      await here.through([...both.map(() => HOLD), ...kills], {
        work: async (holds) => {
          const runs = await Promise.all(
            both.map((stack) => stack.submit('restore', `--confirm=${stack.name}`)),
          );
          await Promise.all(holds.map((hold) => hold.struck()));
          const watched = both.map(async (stack, index) => {
            await stack.ask('cancel', runs[index] ?? '');
            return stack.follow('watch', runs[index] ?? '');
          });
          return Promise.all(watched);
        },
        expect: async (watched) => {
          for (const ended of watched) expect(ended).toMatchObject({ code: 5 });
          expect(await digests()).toEqual(before);
          await expectNothingLeft();
        },
      });
    },
  );

  async function expectNothingLeft(): Promise<void> {
    for (const stack of both) expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  }
});
