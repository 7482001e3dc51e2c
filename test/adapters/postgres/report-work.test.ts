import { setTimeout as delay } from 'node:timers/promises';
import { reportingWork } from '../../../activities/adapters/engines/postgres/connect/report-work';
import { describeWith } from '../../support/requirements';
import { accessTo, startPostgresBench, type PostgresBench } from './postgres-bench';

const ASK_EVERY_MILLISECONDS = 50;

describeWith(['postgres'], 'PostgreSQL, work that moves no bytes', () => {
  let bench: PostgresBench;

  beforeAll(async () => {
    bench = await startPostgresBench();
  });
  afterAll(() => bench.stop());

  /** How often progress is reported while a session of ours runs the statement. */
  async function reportsDuring(statement: string): Promise<number> {
    let reports = 0;
    const onProgress = () => (reports += 1);
    const access = await accessTo(bench, onProgress);
    const session = await access.connect('postgres');
    const work = session.execute(statement).then(
      () => undefined,
      () => undefined,
    );
    await reportingWork(access, onProgress, work, ASK_EVERY_MILLISECONDS);
    await session.close();
    return reports;
  }

  it('is reported as progress while the server is busy with it', async () => {
    expect(await reportsDuring('select pg_sleep(1)')).toBeGreaterThan(1);
  });

  it('is no progress while it waits for a lock', async () => {
    const client = await bench.server.connect();
    await client.query('create table locked ()');
    await client.query('begin; lock table locked');
    const unlocked = delay(1_000).then(() => client.query('commit'));
    expect(await reportsDuring('select from locked')).toBe(0);
    await unlocked;
    await client.end();
  });
});
