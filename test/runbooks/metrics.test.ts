import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupOutcome } from '../../workflows/model/outcome';
import { freePort } from '../../worker/free-port';
import { PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';

describeWith(['temporal', 'restic'], 'what a worker tells its operator', () => {
  let pawl: PawlEnvironment;
  let metrics: string;

  beforeAll(async () => {
    metrics = `127.0.0.1:${await freePort('127.0.0.1')}`;
    pawl = await PawlEnvironment.start({
      workerFlags: ['--metrics-address', metrics],
      workerEnv: { REPOSITORY_PASSWORD: 'correct horse' },
    });
    for (const folder of ['uploads', 'models']) {
      await mkdir(join(pawl.directory, folder));
      await writeFile(join(pawl.directory, folder, 'file'), 'content');
    }
    const stackFile = [
      'stack: melvin',
      'repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}',
      'protect:',
      '  uploads: {engine: files, path: ./uploads}',
      '  models: {engine: files, path: ./models}',
    ];
    await writeFile(join(pawl.directory, 'pawl.yaml'), `${stackFile.join('\n')}\n`);
  });

  afterAll(() => pawl.stop());

  /** Runs a backup to its end; what `--json` printed last. */
  async function backUp(
    ...args: string[]
  ): Promise<{ code: number | null; outcome: BackupOutcome }> {
    const { code, stdout } = await pawl.cli(['backup', '--json', ...args]);
    return { code, ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as object) } as never;
  }

  async function scrape(): Promise<Readonly<Record<string, number>>> {
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    const samples = text.split('\n').filter((line) => line.startsWith('pawl_'));
    return Object.fromEntries(
      samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  }

  const NEWEST = 'pawl_last_recovery_point_timestamp_seconds{stack="melvin"}';
  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

  it('counts runs and bytes, and knows the newest whole recovery point, also after a restart', async () => {
    const { outcome } = await backUp('--init');
    const [part] = outcome.parts;
    const taken = seconds(outcome.point.takenAt);
    expect(await scrape()).toMatchObject({
      'pawl_runs_total{outcome="done",runbook="backup",stack="melvin"}': 1,
      [`pawl_part_stored_bytes_total{part="${part?.name}",stack="melvin"}`]: part?.bytes,
      [NEWEST]: taken,
    });

    // Some parts only: the stack is not safer than before.
    expect((await backUp('uploads')).code).toBe(0);
    expect((await scrape())[NEWEST]).toBe(taken);

    await pawl.killWorker9();
    await pawl.startWorker();
    expect(await scrape()).toEqual({ [NEWEST]: taken });
  });

  it('says a failure that was foreseen in one line, with run, step and reason, and no stack', async () => {
    const before = (await pawl.workerLog()).length;
    expect((await backUp('-f', await withoutFolder())).code).toBe(7);
    // A command may hear of the end before the worker has written it down.
    const log = await until(async () => {
      const text = (await pawl.workerLog()).slice(before);
      return /melvin\/3 failed.*\n/.test(text) ? text : undefined;
    });
    const lines = log.trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.filter(({ step }) => step !== undefined)).toMatchObject([
      { step: 'observe:uploads', failure: 'PreconditionFailed', run: 'melvin/3', level: 'warn' },
    ]);
    expect(told.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(/^melvin\/3 failed: look at uploads: There is no folder/),
    );
    expect(JSON.stringify(told)).not.toContain('"stack"');
  });

  async function withoutFolder(): Promise<string> {
    const file = join(pawl.directory, 'pawl.broken.yaml');
    const text = 'protect: {uploads: {engine: files, path: ./gone}}';
    const rest = `repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}`;
    await writeFile(file, `stack: melvin\n${rest}\n${text}\n`);
    return file;
  }
});
