import { Client, Connection } from '@temporalio/client';
import { stackWorkflowId } from '../../workflows/messages';
import { leftovers, NOTHING } from '../support/aftermath';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import { EDGES } from './crash-cases';
import { FaultyInstallation, killsAtBothEnds } from './faulty-installation';
import { sealedClient } from '../support/sealed';

const MIDDLE = { bytes: 200_000 };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a killed worker', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
    expect(await stack.follow('backup', '--init')).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it('costs no answer of pawl points (listRecoveryPoints)', async () => {
    const { points } = await here.throughKills(['listRecoveryPoints'], () =>
      stack.ask<{ points: unknown[] }>('points'),
    );
    expect(points).toHaveLength(1);
  });

  it('costs no answer of pawl points verify (verifyPart)', async () => {
    const output = await here.throughKills(['verifyPart'], () =>
      stack.cli(['points', 'verify', '--data', '--json']),
    );
    expect(output).toMatchObject({ code: 0 });
  });

  it('hands the long description of a stack over (keepDescription)', async () => {
    await stack.write({ exclude: Array.from({ length: 1000 }, (_, at) => `*.nobody${at}`) });
    const saved = await here.throughKills(['keepDescription'], () => stack.follow('backup'));
    expect(saved).toMatchObject({ code: 0 });
    await stack.write();
  });

  it('costs no answer of pawl doctor (examineHost)', async () => {
    const { stdout } = await here.throughKills(['examineHost'], () =>
      stack.cli(['doctor', '--json']),
    );
    const { findings } = JSON.parse(stdout) as { findings: { id: string }[] };
    expect(findings.map(({ id }) => id)).toContain('protect.accounts');
  });

  it('keeps nothing of what was confirmed (discardKept)', async () => {
    const restored = await stack.follow('restore', `--confirm=${stack.name}`);
    expect(restored).toMatchObject({ code: 0 });
    expect((await leftovers(here.pawl, stack)).places).not.toEqual([]);
    await here.throughKills(['discardKept'], () =>
      stack.ask('restore', 'confirm', restored.run, '-y'),
    );
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });

  it('keeps a stack that was adopted in order (awaitRun)', async () => {
    const [hold, ...kills] = await here.faults.arm(
      { activity: 'backUpPart', part: 'accounts', at: MIDDLE, then: 'hold' },
      ...killsAtBothEnds(['awaitRun']),
    );
    const first = await stack.submit('backup');
    await hold?.struck();
    await loseStackWorkflow();
    const second = await stack.submit('backup');
    await hold?.release();
    const watched = Promise.all([first, second].map((run) => stack.follow('watch', run)));
    // An adopted run's end reaches the stack workflow by way of the activity: a moment after its watchers know.
    const ends = await here.survive(
      kills,
      watched.then(async (ended) => {
        await until(idle, 60);
        return ended;
      }),
    );
    expect(ends).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });

  it.each(EDGES)(
    'keeps a freeze also when its workflow is lost (%s of recordFreeze)',
    async (at) => {
      await here.throughKill({ activity: 'recordFreeze', at }, () =>
        stack.ask('freeze', '-m', 'new disk'),
      );
      await loseStackWorkflow();
      const refused = await stack.cli(['backup']);
      expect(refused).toMatchObject({ code: 4 });
      expect(refused.stderr).toMatch(/frozen by .* since .*: new disk/);
      expect(await stack.ask('unfreeze')).toMatchObject({ wasFrozen: true });
      expect(await stack.follow('backup')).toMatchObject({ code: 0 });
    },
  );

  async function idle(): Promise<true | undefined> {
    const { queue } = await stack.ask<{ queue?: Record<'running' | 'waiting', unknown[]> }>(
      'status',
    );
    return queue?.running.length === 0 && queue.waiting.length === 0 ? true : undefined;
  }

  async function loseStackWorkflow(): Promise<void> {
    const connection = await Connection.connect({ address: here.pawl.temporal.address });
    try {
      const { workflow } = new Client({ connection, ...sealedClient() });
      await workflow.getHandle(stackWorkflowId(stack.name)).terminate('a test loses it');
    } finally {
      await connection.close();
    }
  }
});
