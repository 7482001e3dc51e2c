import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stackWorkflowId } from '../../workflows/messages';
import { leftovers, NOTHING } from '../support/aftermath';
import { startHttpChannel } from '../support/channels/http-channel';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';
import type { Fault } from './faults';
import { sealedClient } from '../support/sealed';

const MIDDLE = { bytes: 200_000 };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a killed worker', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;
  let second: StackFixture;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    [stack, second] = [await here.newStack(), await here.newStack()];
    const runs = [stack, second].map((each) => each.follow('backup', '--init'));
    for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it.each(CRASHES.questions)(
    'costs no answer of points, verify and doctor, and no long description (%s)',
    async (_where, kills) => {
      // Of some hundred kilobytes: it is handed over once.
      const exclude = Array.from({ length: 1000 }, (_, at) => `*.nobody${at}`);
      await second.write({ exclude });
      await here.through(kills, {
        work: () =>
          Promise.all([
            stack.ask<{ points: readonly unknown[] }>('points'),
            stack.ask<{ files: readonly unknown[] }>('points', 'ls', 'newest', 'uploads'),
            stack.cli(['points', 'verify', '--data', '--json']),
            stack.cli(['doctor', '--json']),
            second.follow('backup'),
          ]),
        expect: async ([{ points }, { files }, verified, examined, saved]) => {
          expect(points).toHaveLength(1);
          expect(files).not.toEqual([]);
          expect(verified).toMatchObject({ code: 0 });
          const { findings } = JSON.parse(examined.stdout) as { findings: { id: string }[] };
          expect(findings.map(({ id }) => id)).toContain('protect.accounts');
          expect(saved).toMatchObject({ code: 0 });
          await second.write();
        },
      });
    },
  );

  it.each(CRASHES.copies)(
    'leaves a copy that holds every point, and an answer what it lacks (%s)',
    async (_where, kills) => {
      await stack.write({
        further: [
          'copies: {usb: {url: ./copy, password: {env: STACK_REPOSITORY}, initialise: true}}',
        ],
      });
      await here.through(kills, {
        work: () => Promise.all([stack.cli(['copy', '--json']), stack.cli(['points', '--json'])]),
        expect: async ([copied, asked]) => {
          expect([copied, asked]).toMatchObject([{ code: 0 }, { code: 0 }]);
          const { points } = await stack.ask<{ points: readonly { copies: object }[] }>('points');
          expect(points.map(({ copies }) => copies)).toEqual(points.map(() => ({ usb: 'yes' })));
          await stack.write();
          await rm(join(stack.directory, 'copy'), { recursive: true });
        },
      });
    },
  );

  it.each(CRASHES.restoreConfirmed)(
    'keeps nothing of what was confirmed (%s)',
    async (_where, kills) => {
      const both = [stack, second];
      const runs = both.map((each) => each.follow('restore', `--confirm=${each.name}`));
      const restored = await Promise.all(runs);
      for (const [index, each] of both.entries()) {
        expect(restored[index]).toMatchObject({ code: 0 });
        expect((await leftovers(here.pawl, each)).places).not.toEqual([]);
      }
      await here.through(kills, {
        work: () =>
          Promise.all(
            both.map((each, index) =>
              each.ask('restore', 'confirm', restored[index]?.run ?? '', '-y'),
            ),
          ),
        expect: async () => {
          for (const each of both) expect(await leftovers(here.pawl, each)).toEqual(NOTHING);
        },
      });
    },
  );

  it.each(CRASHES.adoption)(
    'keeps a stack that was adopted in order (%s)',
    async (_where, kills) => {
      const both = [stack, second];
      const holds = both.map((): Fault => {
        return { activity: 'backUpPart', part: 'accounts', at: MIDDLE, then: 'hold' };
      });
      await here.through([...holds, ...kills], {
        work: async (held) => {
          const first = await Promise.all(both.map((each) => each.submit('backup')));
          await Promise.all(held.map((hold) => hold.struck()));
          await Promise.all(both.map(loseStackWorkflow));
          const next = await Promise.all(both.map((each) => each.submit('backup')));
          await Promise.all(held.map((hold) => hold.release()));
          const watched = both.flatMap((each, index) =>
            [first[index], next[index]].map((run) => each.follow('watch', run ?? '')),
          );
          const ends = await Promise.all(watched);
          // An adopted run's end reaches the stack workflow by way of the activity: a moment after its watchers know.
          await Promise.all(both.map((each) => until(() => idle(each), 60)));
          return ends;
        },
        expect: async (ends) => {
          for (const end of ends) expect(end).toMatchObject({ code: 0 });
          for (const each of both) expect(await leftovers(here.pawl, each)).toEqual(NOTHING);
        },
      });
    },
  );

  it.each(CRASHES.notices)(
    'leaves nobody untold, and no run waiting for it (%s)',
    async (_where, kills) => {
      const both = [stack, second];
      const channel = await startHttpChannel();
      const heard = (each: StackFixture, signal: string): boolean =>
        channel.received.some(({ path }) => path === `/${each.name}${signal}`);
      for (const each of both) {
        const ping = `${channel.url}/${each.name}`;
        const notify = { pulse: { ping, runbook: 'backup' } };
        await each.write({
          further: [`notify: ${JSON.stringify(notify)}`, 'freshness: {point: 26h}'],
        });
      }
      await here.through(kills, {
        work: async () => {
          const ends = await Promise.all(both.map((each) => each.follow('backup')));
          const all = () => both.every((each) => heard(each, ''));
          // A dead worker's attempt is over after 45 s, for both of them twice.
          await until(() => Promise.resolve(all() ? true : undefined), 200);
          return ends;
        },
        expect: async (ends) => {
          for (const end of ends) expect(end).toMatchObject({ code: 0 });
          for (const each of both) {
            const told = () => each.ask<{ untold: readonly unknown[] }>('status');
            expect((await told()).untold).toEqual([]);
            await each.write();
          }
          await channel.stop();
        },
      });
    },
  );

  it.each(CRASHES.schedules)(
    'starts what is due once, and has each schedule once (%s)',
    async (_where, kills) => {
      const both = [stack, second];
      const runsOf = (each: StackFixture) =>
        each.ask<{ runs: readonly { run: string; trigger?: string; outcome: string }[] }>('runs');
      const scheduled = async (each: StackFixture) =>
        (await runsOf(each)).runs.filter(({ trigger }) => trigger === 'schedule');
      for (const each of both) {
        await each.write({ further: ["schedule: {backup: {cron: '15 3 * * *'}}"] });
      }
      await here.through(kills, {
        work: async () => {
          await Promise.all(both.map((each) => each.ask('schedule', 'apply')));
          await Promise.all(both.map((each) => each.ask('schedule', 'trigger', 'backup')));
          await Promise.all(
            both.map((each) =>
              until(async () => {
                const [run] = await scheduled(each);
                return run !== undefined && run.outcome !== 'running' ? run : undefined;
              }, 200),
            ),
          );
        },
        expect: async () => {
          for (const each of both) {
            expect(await scheduled(each)).toMatchObject([{ outcome: 'done' }]);
            const { schedules } = await each.ask<{ schedules: object[] }>('schedule', 'list');
            expect(schedules).toMatchObject([{ runbook: 'backup', paused: false }]);
            await each.write();
            expect(await each.ask('schedule', 'apply')).toMatchObject({
              applied: [{ runbook: 'backup', change: 'removed' }],
            });
          }
        },
      });
    },
  );

  it.each(CRASHES.freeze)(
    'keeps a freeze also when its workflow is lost (%s)',
    async (_where, kills) => {
      const both = [stack, second];
      await here.through(kills, {
        work: () => Promise.all(both.map((each) => each.ask('freeze', '-m', 'new disk'))),
        expect: async () => {
          await Promise.all(both.map(keptFreeze));
        },
      });
    },
  );

  async function keptFreeze(each: StackFixture): Promise<void> {
    await loseStackWorkflow(each);
    const refused = await each.cli(['backup']);
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toMatch(/frozen by .* since .*: new disk/);
    expect(await each.ask('unfreeze')).toMatchObject({ wasFrozen: true });
    expect(await each.follow('backup')).toMatchObject({ code: 0 });
  }

  async function idle(each: StackFixture): Promise<true | undefined> {
    const { queue } = await each.ask<{ queue?: Record<'running' | 'waiting', unknown[]> }>(
      'status',
    );
    return queue?.running.length === 0 && queue.waiting.length === 0 ? true : undefined;
  }

  async function loseStackWorkflow({ name }: StackFixture): Promise<void> {
    const connection = await Connection.connect({ address: here.pawl.temporal.address });
    try {
      const { workflow } = new Client({ connection, ...sealedClient() });
      await workflow.getHandle(stackWorkflowId(name)).terminate('a test loses it');
    } finally {
      await connection.close();
    }
  }
});
