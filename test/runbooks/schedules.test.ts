import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScheduleState } from '../../client/temporal/schedules';
import type { AppliedSchedule } from '../../workflows/model/schedule';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
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

  async function state(): Promise<ScheduleState | undefined> {
    return (await ask('schedule', 'list')).schedules[0];
  }

  async function runs(): Promise<readonly Run[]> {
    const { stdout } = await pawl.cli(['runs', '--limit', '100', '--json']);
    return (JSON.parse(stdout) as { runs: readonly Run[] }).runs;
  }

  /** What became of the next start, once it is over. */
  function ended(before: ScheduleState | undefined) {
    return until(async () => {
      const last = (await state())?.last;
      const isNew = last !== undefined && last.dueAt !== before?.last?.dueAt;
      return isNew && last.outcome !== 'running' ? last : undefined;
    });
  }

  async function triggered() {
    const before = await state();
    await ask('schedule', 'trigger', 'backup');
    return ended(before);
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
});
