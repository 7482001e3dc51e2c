import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { startChild, type Child } from '../../worker/server/child';
import { FaultyInstallation } from '../chaos/faulty-installation';
import type { ArmedFault } from '../chaos/faults';
import { leftovers, NOTHING, programsOf } from '../support/aftermath';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';

const MIDDLE = { bytes: 300_000 };

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'pawl cancel', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
    // Nothing dies here: a machine that is busy for seconds must not look like a dead worker.
    await stack.write({ heartbeat: '10s' });
    expect(await stack.follow('backup', '--init')).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it('ends a backup in mid-dump: its programs are gone, and no recovery point came of it', async () => {
    const before = await points();
    const { run } = await inMiddleOf('backUpPart', ['backup']);
    await awaitPrograms(/pg_dump/, /restic backup/);
    await expectCancelled(run);
    expect(await points()).toEqual(before);
  });

  it('ends a restore in its middle: what was there is untouched, and nothing is left beside it', async () => {
    const before = await stack.digest();
    const { run } = await inMiddleOf('restorePart', ['restore', `--confirm=${stack.name}`]);
    await awaitPrograms(/pg_restore/, /restic dump/);
    await expectCancelled(run);
    expect(await stack.digest()).toEqual(before);
  });

  it('is not what Ctrl-C does: a client that follows a run leaves it alone', async () => {
    const { run, dump } = await inMiddleOf('backUpPart', ['backup']);
    const { client, printed } = await watch(run);
    await until(async () => ((await printed()).includes('accounts') ? true : undefined));
    client.kill('SIGINT');
    expect(await client.exit).toBe('exit code 130');
    expect(await printed()).toContain(`${run} goes on`);
    await dump.release();
    expect(await stack.follow('watch', run)).toMatchObject({ code: 0 });
  });

  async function inMiddleOf(
    activity: string,
    command: readonly string[],
  ): Promise<{ run: string; dump: ArmedFault }> {
    const dump = await here.arm({ activity, part: 'accounts', at: MIDDLE, then: 'hold' });
    const run = await stack.submit(...command);
    await dump.struck();
    return { run, dump };
  }

  /** Waits for their names: a child that has just been forked has none yet. */
  async function awaitPrograms(...programs: readonly RegExp[]): Promise<void> {
    await until(async () => {
      const running = (await programsOf(here.pawl)).join('\n');
      return programs.every((program) => program.test(running)) ? true : undefined;
    });
  }

  /** The watcher's exit code says so, and 5 s after the run's end nothing is left of it. */
  async function expectCancelled(run: string): Promise<void> {
    const watcher = stack.follow('watch', run);
    await stack.ask('cancel', run);
    expect(await watcher).toMatchObject({ code: 5 });
    expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
  }

  const points = () => stack.ask<object>('points');

  /** A client in the foreground. */
  async function watch(run: string): Promise<{ client: Child; printed: () => Promise<string> }> {
    const file = join(here.pawl.directory, 'watch.log');
    const output = await open(file, 'w');
    const program = [process.execPath, distFile('client', 'main.js')];
    const argv = [...program, 'watch', run, '-f', join(stack.directory, 'pawl.yaml')];
    const client = await startChild({ argv, env: here.pawl.env, output: output.fd });
    await output.close();
    const printed = () => readFile(file, 'utf8');
    return { client, printed };
  }
});
