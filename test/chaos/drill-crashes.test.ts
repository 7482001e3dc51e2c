import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clustersRoot } from '../../worker/clusters-root';
import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { FollowedRun, StackFixture } from '../support/stack-fixture';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a drill', () => {
  let here: FaultyInstallation;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
  });

  afterAll(() => here.stop());

  it.each(CRASHES.drill)(
    'proves, and leaves nothing, when the worker is killed at %s',
    async (_where, kills) => {
      const stacks = await Promise.all([here.newStack(), here.newStack()]);
      const assert = '{assert: [{sql: {part: accounts, query: select true}}]}';
      for (const stack of stacks) await stack.write({ further: [`drill: ${assert}`] });
      await Promise.all(stacks.map((stack) => stack.follow('backup')));
      const before = await Promise.all(stacks.map((stack) => stack.digest()));
      await here.through(kills, {
        work: () => Promise.all(stacks.map((stack) => stack.follow('drill'))),
        expect: async (runs) => {
          for (const [index, stack] of stacks.entries()) await expectProved(stack, runs[index]);
        },
      });
      expect(await Promise.all(stacks.map((stack) => stack.digest()))).toEqual(before);
      const { stateDirectory } = here.pawl;
      expect(await readdir(clustersRoot(stateDirectory))).toEqual([]);
      expect(await readdir(join(stateDirectory, 'drill'))).toEqual([]);
    },
  );

  async function expectProved(stack: StackFixture, run?: FollowedRun): Promise<void> {
    if (run?.code !== 0) throw new Error(run?.printed);
    expect(run.outcome).toMatchObject({ proof: 'passed', leftOut: [{ name: 'documents' }] });
    const snapshots = await stack.snapshots();
    expect(snapshots.filter(({ tags = [] }) => tags.includes('pawl-proof'))).toHaveLength(1);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  }
});
