import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { PARTS, type FollowedRun, type StackFixture } from '../support/stack-fixture';
import { atBothEdges, IN_BACKUP } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a backup', () => {
  let here: FaultyInstallation;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
  });

  afterAll(() => here.stop());

  it.each(atBothEdges(IN_BACKUP))(
    'ends right when the worker is killed at the %s of %s',
    async (edge, activity) => {
      const withoutRepository = activity === 'initialiseRepository';
      const stack = await here.newStack({ withoutRepository });
      const { output: run, part } = await here.throughKill({ activity, at: edge }, () =>
        stack.follow('backup', '--init'),
      );
      await expectOneWholePoint(stack, run);
      if (activity === 'backUpPart' && edge === 'end') expect(await dumpsOf(stack, part)).toBe(1);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );
});

/** Its manifest is there once, and each of its parts is a snapshot that is there, once in it. */
async function expectOneWholePoint(stack: StackFixture, run: FollowedRun): Promise<void> {
  expect(run).toMatchObject({ code: 0, run: `${stack.name}/1`, outcome: { state: 'done' } });
  const snapshots = await stack.snapshots();
  expect(snapshots.filter(({ tags }) => tags?.includes('pawl-manifest'))).toHaveLength(1);
  const parts = run.outcome?.runbook === 'backup' ? run.outcome.parts : [];
  expect(parts.map(({ name }) => name)).toEqual(PARTS);
  for (const { name, snapshotId } of parts) {
    const stored = snapshots.find(({ id }) => id === snapshotId);
    expect(stored?.tags).toContain(`part:${name}`);
  }
}

async function dumpsOf(stack: StackFixture, part: string): Promise<number> {
  const snapshots = await stack.snapshots();
  return snapshots.filter(({ tags }) => tags?.includes(`part:${part}`)).length;
}
