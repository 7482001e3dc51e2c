import { leftovers, NOTHING } from '../support/aftermath';
import { isNightly } from '../support/nightly';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import type { CrashRow } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';
import type { Fault } from './faults';

/** Of each attempt in turn: the statement or rename after which it dies. */
const DEATHS: readonly (readonly [part: string, effects: readonly number[]])[] = [
  // Both databases are closed to others · one is renamed, in a transaction · all is done, and nobody knows.
  ['accounts', [2, 3, 5]],
  // The first collection is out of the way · it is replaced · the second is out of the way.
  ['documents', [1, 1, 1]],
  // The first entry is out of the way · all are · the first restored one is in its place.
  ['uploads', [1, 2, 1]],
];

const killsOf = ([part, effects]: (typeof DEATHS)[number]) =>
  effects.map((effect, index): Fault => {
    return { activity: 'swapPart', part, attempt: index + 1, at: { effect }, then: 'kill' };
  });

/** A restore swaps one part after the other: one is enough, but in the nightly run. */
const rows: readonly CrashRow[] = isNightly
  ? DEATHS.map((death): CrashRow => [death[0], killsOf(death)])
  : [[DEATHS.map(([part]) => part).join(', '), DEATHS.flatMap(killsOf)]];

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a swap', () => {
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

  it.each(rows)(
    'goes on from where it was killed, between any two of the renames of %s',
    async (_parts, kills) => {
      await stack.ruin();
      await here.through(kills, {
        work: () => stack.follow('restore', `--confirm=${stack.name}`),
        expect: async ({ code, run }) => {
          expect(code).toBe(0);
          await stack.ask('restore', 'confirm', run, '-y');
          expect(await stack.digest()).toEqual(whole);
          expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
        },
      });
    },
  );
});
