import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { PARTS, type FollowedRun, type StackFixture } from '../support/stack-fixture';
import { atBothEdges, IN_BACKUP, IN_FIRST_ADMISSION, together } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a backup', () => {
  let here: FaultyInstallation;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
  });

  afterAll(() => here.stop());

  it.each(atBothEdges(IN_FIRST_ADMISSION))(
    'ends right when the worker is killed at the %s of %s',
    async (at, activity) => {
      const stack = await here.newStack();
      const run = await here.throughKill({ activity, at }, () => stack.follow('backup', '--init'));
      await expectOneWholePoint(stack, run);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );

  it.each(together(IN_BACKUP, 3))(
    'ends right when the worker is killed at both ends of %s',
    async (_names, activities) => {
      const withoutRepository = activities.includes('initialiseRepository');
      const stack = await here.newStack({ withoutRepository });
      const run = await here.throughKills(activities, () => stack.follow('backup', '--init'));
      await expectOneWholePoint(stack, run);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );
});

/** Its manifest is there once, and each of its parts is a snapshot that is there: stored once, whoever was killed then. */
async function expectOneWholePoint(stack: StackFixture, run: FollowedRun): Promise<void> {
  expect(run).toMatchObject({ code: 0, run: `${stack.name}/1`, outcome: { state: 'done' } });
  const snapshots = await stack.snapshots();
  expect(snapshots.filter(({ tags }) => tags?.includes('pawl-manifest'))).toHaveLength(1);
  const parts = run.outcome?.runbook === 'backup' ? run.outcome.parts : [];
  expect(parts.map(({ name }) => name)).toEqual(PARTS);
  for (const { name, snapshotId } of parts) {
    const stored = snapshots.find(({ id }) => id === snapshotId);
    expect(stored?.tags).toContain(`part:${name}`);
    expect(snapshots.filter(({ tags }) => tags?.includes(`part:${name}`))).toHaveLength(1);
  }
}
