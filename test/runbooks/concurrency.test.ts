import { FaultyInstallation } from '../chaos/faulty-installation';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';

const MIDDLE = { bytes: 300_000 };

interface Times {
  readonly startedAt: string;
  readonly endedAt: string;
}

const reportOf = (workflow: string): unknown =>
  expect.stringMatching(`/workflows/${encodeURIComponent(workflow)}/[0-9a-f-]{36}/user-metadata$`);

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'runs of one stack', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
  });

  afterAll(() => here.stop());

  it('saves two recovery points when two first backups are submitted at once', async () => {
    const runs = await Promise.all([
      stack.follow('backup', '--init'),
      stack.follow('backup', '--init'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const names = [1, 2].map((number) => `${stack.name}/${number}`);
    expect(runs.map(({ run }) => run).sort()).toEqual(names);
    const { points } = await stack.ask<{ points: { run: string; parts: number }[] }>('points');
    expect(points.map(({ run }) => run).sort()).toEqual(names);
    expect(points.map(({ parts }) => parts)).toEqual([3, 3]);
  });

  it('lets a restore wait for a backup, and a backup behind it for the restore', async () => {
    const at = MIDDLE;
    const dump = await here.arm({ activity: 'backUpPart', part: 'accounts', at, then: 'hold' });
    const [backup, restore] = [`${stack.name}/3`, `${stack.name}/4`];
    await stack.submit('backup');
    await dump.struck();
    const confirm = `--confirm=${stack.name}`;
    // It has begun, and its page is one execution's; the one behind it has not.
    expect(await stack.ask('show', backup)).toMatchObject({ link: reportOf(backup) });
    expect(await stack.ask('status')).toMatchObject({ link: reportOf(`stack/${stack.name}`) });
    expect(await stack.ask('restore', confirm, '--detach')).toMatchObject({
      behind: [backup],
      link: expect.stringMatching(/\/workflows\/[^/]+%2F4$/) as string,
    });
    expect(await stack.ask('backup', '--detach')).toMatchObject({ behind: [backup, restore] });
    expect(await stack.cli(['backup', '--no-wait'])).toMatchObject({ code: 4 });
    expect(await stack.ask('status')).toMatchObject({
      queue: { running: [{ number: 3 }], waiting: [{ number: 4 }, { number: 5 }] },
    });
    await dump.release();

    const times: Times[] = [];
    for (const run of [backup, restore, `${stack.name}/5`]) {
      expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
      times.push(await stack.ask<Times>('show', run));
    }
    const inOrder = times.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
    expect([...inOrder].sort()).toEqual(inOrder);
  });
});
