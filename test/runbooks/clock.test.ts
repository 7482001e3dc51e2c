import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultyInstallation } from '../chaos/faulty-installation';
import { leftovers, NOTHING } from '../support/aftermath';
import { clockIn } from '../support/faketime';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';

const MIDDLE = { bytes: 300_000 };
const HOUR_MILLISECONDS = 3_600_000;
const NEEDS = ['temporal', 'restic', 'postgres', 'ferretdb', 'faketime'] as const;

interface Point {
  readonly id: string;
  readonly run: string;
  readonly takenAt: string;
}

describeWith(NEEDS, "a host's clock that jumps by an hour", () => {
  let directory: string;
  let here: FaultyInstallation;
  let stack: StackFixture;
  let whole: Digests;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-clock-'));
    await setClock('+0');
    here = await FaultyInstallation.start(clockIn(clock()));
    stack = await here.newStack();
    whole = await stack.digest();
  });

  afterAll(async () => {
    await here.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('forward in mid-dump changes nothing of the backup, nor when it was taken', async () => {
    const dump = await inMiddleOf('backUpPart');
    const run = await stack.submit('backup', '--init');
    await dump.struck();
    await jump('+1h', HOUR_MILLISECONDS);
    await dump.release();
    expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
    const [point] = await points();
    expect(Math.abs(Date.now() - Date.parse(point?.takenAt ?? ''))).toBeLessThan(600_000);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });

  it('back, with the worker killed in mid-restore, restores what --at means', async () => {
    // Saved by a worker that is still an hour ahead; the clock of pawl is the Temporal server's.
    const between = new Date().toISOString();
    await stack.ruin();
    expect(await stack.follow('backup')).toMatchObject({ code: 0 });
    const [second, first] = await points();
    expect(Date.parse(second?.takenAt ?? '')).toBeGreaterThan(Date.parse(between));

    const middle = await inMiddleOf('restorePart');
    const run = await stack.submit('restore', `--confirm=${stack.name}`, '--at', between);
    await middle.struck();
    await setClock('-1h');
    await here.pawl.killWorker9();
    await here.pawl.startWorker();
    await untilItsClockIs(-HOUR_MILLISECONDS);
    const restore = await stack.follow('watch', run);
    expect(restore).toMatchObject({ code: 0, outcome: { point: { id: first?.id } } });
    await stack.ask('restore', 'confirm', run, '-y');
    expect(await stack.digest()).toEqual(whole);
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  });

  const clock = () => join(directory, 'clock');
  const setClock = (offset: string) => writeFile(clock(), `${offset}\n`);
  const inMiddleOf = (activity: string) =>
    here.arm({ activity, part: 'accounts', at: MIDDLE, then: 'hold' });
  const points = async () => (await stack.ask<{ points: Point[] }>('points')).points;

  async function jump(offset: string, milliseconds: number): Promise<void> {
    await setClock(offset);
    await untilItsClockIs(milliseconds);
  }

  /** What the worker answers bears the time that it is there. */
  async function untilItsClockIs(ahead: number): Promise<void> {
    await until(async () => {
      const { headers } = await fetch(`http://${here.pawl.health}/healthz`);
      const time = Date.parse(headers.get('date') ?? '');
      return Math.abs(time - Date.now() - ahead) < HOUR_MILLISECONDS / 2 ? true : undefined;
    });
  }
});
