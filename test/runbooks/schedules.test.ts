import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { KeptStackFile } from '../../activities/ports/stack-files';
import type { ScheduleState } from '../../client/temporal/schedules';
import type { AppliedSchedule } from '../../workflows/model/schedule';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { sealedClient } from '../support/sealed';
import { UPLOADS_ENVIRONMENT, writeUploadsStack } from './support/uploads-stack';

interface Answer {
  readonly applied: readonly AppliedSchedule[];
  readonly schedules: readonly ScheduleState[];
  readonly schedule: ScheduleState;
}

interface Run {
  readonly run: string;
  readonly outcome: string;
  readonly startedAt: string;
  readonly trigger?: string;
  readonly requestedBy?: string;
}

describeWith(['temporal', 'restic'], 'what starts by itself', () => {
  let pawl: PawlEnvironment;
  let plain: string;

  beforeAll(async () => {
    pawl = await startPawl({ env: UPLOADS_ENVIRONMENT });
    await writeUploadsStack(pawl);
    plain = await readFile(file(), 'utf8');
  });

  afterAll(() => pawl.stop());

  const file = (): string => join(pawl.directory, 'pawl.yaml');

  const schedule = (text: string): Promise<void> =>
    writeFile(file(), text === '' ? plain : `${plain}schedule: {backup: {${text}}}\n`);

  async function ask(...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await pawl.cli([...args, '--json']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as Answer;
  }

  async function state(...flags: readonly string[]): Promise<ScheduleState | undefined> {
    return (await ask('schedule', 'list', ...flags)).schedules[0];
  }

  async function runs(): Promise<readonly Run[]> {
    const { stdout } = await pawl.cli(['runs', '--limit', '100', '--json']);
    return (JSON.parse(stdout) as { runs: readonly Run[] }).runs;
  }

  /** What became of the next start, once it is over. */
  function ended(before: ScheduleState | undefined, ...flags: readonly string[]) {
    return until(async () => {
      const last = (await state(...flags))?.last;
      const isNew = last !== undefined && last.dueAt !== before?.last?.dueAt;
      return isNew && last.outcome !== 'running' ? last : undefined;
    });
  }

  async function triggered(...flags: readonly string[]) {
    const before = await state(...flags);
    await ask('schedule', 'trigger', 'backup', ...flags);
    return ended(before, ...flags);
  }

  it('is applied by one command, says when, and saves a point end to end', async () => {
    await schedule("cron: '15 3 * * *', zone: Europe/Berlin");
    const { applied, schedules } = await ask('schedule', 'apply');
    expect(applied).toEqual([{ runbook: 'backup', change: 'created', paused: false }]);
    expect(schedules[0]?.next.length).toBeGreaterThan(2);
    expect((await ask('schedule', 'apply')).applied).toMatchObject([{ change: 'unchanged' }]);

    expect(await triggered()).toMatchObject({ outcome: 'done', run: 'melvin/1', remarks: [] });
    expect(await runs()).toMatchObject([
      { run: 'melvin/1', outcome: 'done', trigger: 'schedule', requestedBy: 'schedule/backup' },
    ]);
  });

  it('says in the status when it starts next, and how the last start ended', async () => {
    const { stdout } = await pawl.cli(['status']);
    expect(stdout).toMatch(/schedule +backup, next: .* 0[23]:15:00; last: done/);
  });

  it('stays paused over an apply that changes it, with the note', async () => {
    const paused = await ask('schedule', 'pause', 'backup', '-m', 'a new disk');
    expect(paused.schedule).toMatchObject({ paused: true, next: [] });
    await schedule("cron: '30 4 * * *'");
    const { applied, schedules } = await ask('schedule', 'apply');
    expect(applied).toEqual([{ runbook: 'backup', change: 'changed', paused: true }]);
    expect(schedules[0]?.note).toMatch(/^a new disk \(/);
    const resumed = await ask('schedule', 'resume', 'backup');
    expect(resumed.schedule).toMatchObject({ paused: false });
    expect(resumed.schedule.next[0]).toMatch(/T04:30:00.000Z$/);
  });

  it('is applied by any run that sees another stack file, which says so', async () => {
    await schedule("cron: '45 4 * * *'");
    const { code, stderr } = await pawl.cli(['backup']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('The schedule of backup was changed');
    expect((await state())?.next[0]).toMatch(/T04:45:00.000Z$/);
  });

  it('uses the last valid stack file where it does not validate, and says so', async () => {
    const whole = ['-f', join(pawl.directory, 'whole.yaml')];
    await writeFile(whole[1] ?? '', plain);
    await writeFile(file(), `${plain}schedule: {backup: {cron: nonsense}}\n`);
    const last = await triggered(...whole);
    expect(last).toMatchObject({ outcome: 'done' });
    expect(last.remarks).toEqual([expect.stringMatching(/pawl.yaml is not valid: pawl.yaml:4:/)]);
    await rm(file());
    const without = await triggered(...whole);
    expect(without).toMatchObject({ outcome: 'done' });
    expect(without.remarks).toEqual([expect.stringMatching(/is not on this host/)]);
  });

  it('ends as it should where its entry is taken out, at its next start too', async () => {
    await schedule("cron: '45 4 * * *'");
    await triggered();
    await schedule('');
    const before = await runs();
    await ask('schedule', 'trigger', 'backup');
    await until(async () => ((await state()) === undefined ? true : undefined));
    expect(await runs()).toEqual(before);
    expect((await ask('schedule', 'apply')).applied).toEqual([]);
    expect((await pawl.cli(['schedule', 'trigger', 'backup'])).code).toBe(1);
  });

  it('is refused by a frozen stack, which is told', async () => {
    await schedule("cron: '45 4 * * *'");
    await ask('schedule', 'apply');
    await pawl.cli(['freeze', '-m', 'holidays']);
    const last = await triggered();
    expect(last).toMatchObject({ outcome: 'failed' });
    expect(last.remarks).toEqual([expect.stringContaining('holidays')]);
    await pawl.cli(['unfreeze']);
    expect(await triggered()).toMatchObject({ outcome: 'done' });
  });

  it('comes back where it is missing, from the stack file that the host keeps', async () => {
    const { client, close } = await connected(pawl);
    await client.schedule.getHandle('schedule/melvin/backup').delete();
    await until(async () => ((await state()) === undefined ? true : undefined));
    await pawl.stopWorker();
    await pawl.startWorker();
    await until(() => state());
    await close();
  });

  describe('every 15 seconds', () => {
    const EVERY_SECONDS = 15;
    const PATIENCE_MILLISECONDS = 240_000;
    const DUE = EVERY_SECONDS * 1000;

    /** As a stack file cannot have it: what the host keeps of one that is elsewhere. */
    async function often(): Promise<void> {
      await pawl.stopWorker();
      const kept = join(pawl.stateDirectory, 'stack-files', 'melvin.json');
      const { description } = JSON.parse(await readFile(kept, 'utf8')) as KeptStackFile;
      const when = { everySeconds: EVERY_SECONDS };
      const entry = { runbook: 'backup', when, jitterSeconds: 0 };
      const keptAt = new Date().toISOString();
      await writeFile(
        kept,
        JSON.stringify({ description: { ...description, schedule: [entry] }, keptAt }),
      );
      await pawl.startWorker();
    }

    const scheduled = async () => (await runs()).filter(({ trigger }) => trigger === 'schedule');

    const begunAfter = (time: number, count: number) =>
      until(async () => {
        const all = (await scheduled()).filter(({ startedAt }) => Date.parse(startedAt) > time);
        return all.length >= count
          ? all.map(({ startedAt }) => Date.parse(startedAt)).sort()
          : undefined;
      }, 90);

    it(
      'makes up once for a server that was away for several periods, then keeps the rhythm',
      async () => {
        await often();
        await begunAfter(Date.now(), 1);
        await pawl.killServer9();
        await sleep(4.2 * DUE);
        const back = Date.now();
        await pawl.startServer();
        const [late = 0, first = 0, second = 0] = await begunAfter(back, 3);
        const nextDue = Math.ceil(late / DUE) * DUE;
        // One between the return and the next time at which it is due; then one at each.
        expect(first).toBeGreaterThanOrEqual(nextDue);
        expect(first).toBeLessThan(nextDue + DUE);
        expect(second - first).toBeGreaterThan(DUE / 2);
      },
      PATIENCE_MILLISECONDS,
    );

    it(
      'makes up once for a machine that slept: server and worker stopped, and gone on',
      async () => {
        const pids = [pawl.temporal.pid, pawl.workerPid];
        for (const pid of pids) process.kill(pid, 'SIGSTOP');
        await sleep(3.2 * DUE);
        const back = Date.now();
        for (const pid of pids) process.kill(pid, 'SIGCONT');
        const [late = 0, first = 0] = await begunAfter(back, 2);
        const nextDue = Math.ceil(late / DUE) * DUE;
        expect(first).toBeGreaterThanOrEqual(nextDue);
      },
      PATIENCE_MILLISECONDS,
    );
  });
});

async function connected({ temporal }: PawlEnvironment) {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, ...sealedClient() });
  return { client, close: () => connection.close() };
}
