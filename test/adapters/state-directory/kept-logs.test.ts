import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeptLogs } from '../../../activities/adapters/state-directory/create-kept-logs';
import { safeFileName } from '../../../activities/adapters/state-directory/durable-files';

const log = (run: string, container: string, text: string) => ({
  ...{ run, container, text, step: 'migrate' },
});

describe('what containers wrote that are gone', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-logs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is kept by run, the last word of each, and for nobody else to read', async () => {
    const logs = createKeptLogs(folder);
    await logs.keep('melvin', log('melvin/3', 'b', '2 b'));
    await logs.keep('melvin', log('melvin/3', '../a', '0 a'));
    await logs.keep('melvin', log('melvin/3', '../a', '1 a, more'));
    await logs.keep('melvin', log('melvin/4', 'b', 'another run'));
    expect((await logs.list('melvin', 'melvin/3')).map(({ text }) => text)).toEqual([
      ...['1 a, more', '2 b'],
    ]);
    expect(await logs.list('other', 'melvin/3')).toEqual([]);
    const file = join(folder, 'logs', safeFileName('melvin'), '3', `${safeFileName('b')}.json`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes with the oldest runs', async () => {
    const logs = createKeptLogs(folder);
    for (let run = 1; run <= 51; run += 1)
      await logs.keep('melvin', log(`melvin/${run}`, 'a', 'x'));
    expect(await logs.list('melvin', 'melvin/1')).toEqual([]);
    expect(await logs.list('melvin', 'melvin/2')).toHaveLength(1);
  });
});
