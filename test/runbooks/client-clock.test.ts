import type { HostFinding } from '../../workflows/model/host-finding';
import { faketimeLibrary } from '../support/faketime';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { UPLOADS_ENVIRONMENT, writeUploadsStack } from './support/uploads-stack';

const HOURS = /Note: the clock of this machine says (.+), the Temporal server's (.+)\./;

describeWith(['temporal', 'restic', 'faketime'], 'with a clock that is', () => {
  let pawl: PawlEnvironment;

  beforeAll(async () => {
    pawl = await startPawl({ env: UPLOADS_ENVIRONMENT });
    await writeUploadsStack(pawl);
  });

  afterAll(() => pawl.stop());

  it.each([
    ['90 s ahead', '+90s', 90],
    ['90 s behind', '-90s', -90],
    ['an hour ahead', '+1h', 3600],
    ['an hour behind', '-1h', -3600],
  ])('%s, the client finds the worker, and says both times', async (_title, offset, seconds) => {
    const { code, stdout, stderr } = await ask(offset, 'backup', '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('"outcome"');
    const [, here = '', there = ''] = HOURS.exec(stderr) ?? [];
    expect(Math.abs(Date.parse(here) - Date.parse(there) - seconds * 1000)).toBeLessThan(10_000);
  });

  it('an hour ahead, doctor finds it', async () => {
    const { stdout, stderr } = await ask('+1h', 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: readonly HostFinding[] };
    expect(stderr).toBe('');
    expect(findings.find(({ id }) => id === 'clock')).toMatchObject({
      severity: 'warning',
      fact: expect.stringContaining("the Temporal server's") as string,
    });
    expect(findings.find(({ id }) => id === 'worker')).toMatchObject({ severity: 'ok' });
  });

  it('a little ahead, it says nothing of clocks', async () => {
    expect(await ask('+5s', 'status', '--json')).toMatchObject({ code: 0, stderr: '' });
  });

  it('an hour ahead or behind, it says that no worker is there when none is', async () => {
    await pawl.stopWorker();
    // The server counts a worker that has gone just now for a while.
    const without = await startPawl({ withoutWorker: true });
    for (const offset of ['+1h', '-1h']) {
      const env = { ...without.env, ...clock(offset) };
      const refused = await pawl.cli(['freeze', '-m', 'x'], { env });
      expect(refused).toMatchObject({ code: 6 });
      expect(refused.stderr).toContain('No pawl worker is connected');
    }
    await without.stop();
    await pawl.startWorker();
  });

  const ask = (offset: string, ...args: readonly string[]) =>
    pawl.cli(args, { env: clock(offset) });
});

/** Of the client alone. */
function clock(offset: string): Record<string, string> {
  return {
    LD_PRELOAD: faketimeLibrary() ?? '',
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
