import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { PARTS, type FollowedRun, type StackFixture } from '../support/stack-fixture';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a backup', () => {
  let here: FaultyInstallation;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
  });

  afterAll(() => here.stop());

  it.each(CRASHES.admission)(
    'ends right when the worker is killed at %s, of a stack each',
    async (_where, kills) => {
      // Two of the activities of an admission are side by side: two runs are at their ends while two are at the third one's.
      const stacks = await newStacks(4, {});
      await here.through(kills, {
        work: () => Promise.all(stacks.map((stack) => stack.follow('backup', '--init'))),
        expect: (runs) => expectWholePoints(stacks, runs),
      });
    },
  );

  it.each(CRASHES.backup)('ends right when the worker is killed at %s', async (_where, kills) => {
    const stacks = await newStacks(2, { withoutRepository: true });
    await here.through(kills, {
      work: () => Promise.all(stacks.map((stack) => stack.follow('backup', '--init'))),
      expect: (runs) => expectWholePoints(stacks, runs),
    });
  });

  function newStacks(count: number, options: { withoutRepository?: boolean }) {
    return Promise.all(Array.from({ length: count }, () => here.newStack(options)));
  }

  async function expectWholePoints(
    stacks: readonly StackFixture[],
    runs: readonly FollowedRun[],
  ): Promise<void> {
    for (const [index, stack] of stacks.entries()) {
      await expectOneWholePoint(stack, runs[index]);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    }
  }
});

/** Its manifest is there once, and each of its parts is a snapshot that is there: stored once, whoever was killed then. */
async function expectOneWholePoint(stack: StackFixture, run?: FollowedRun): Promise<void> {
  expect(run).toMatchObject({ code: 0, run: `${stack.name}/1`, outcome: { state: 'done' } });
  const snapshots = await stack.snapshots();
  expect(snapshots.filter(({ tags }) => tags?.includes('pawl-manifest'))).toHaveLength(1);
  const parts = run?.outcome?.runbook === 'backup' ? run.outcome.parts : [];
  expect(parts.map(({ name }) => name)).toEqual(PARTS);
  for (const { name, snapshotId } of parts) {
    const stored = snapshots.find(({ id }) => id === snapshotId);
    expect(stored?.tags).toContain(`part:${name}`);
    expect(snapshots.filter(({ tags }) => tags?.includes(`part:${name}`))).toHaveLength(1);
  }
}
