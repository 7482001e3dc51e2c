import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { putStandInGo } from '../adapters/toolchain/stand-in-go';
import { Machine } from '../adapters/toolchain/tiny-program';
import { processesWith, until } from '../support/processes';
import { isNightly } from '../support/nightly';
import { describeWith } from '../support/requirements';

const ROOT = join(__dirname, '../..');
/** For which anything of the demo may stand still: its own, or less. */
const STALLED_SECONDS = isNightly ? 120 : 40;
/** Six packages, one after the other: longer than that. */
const SLOW_SECONDS = String(STALLED_SECONDS / 6 + 1);

describeWith(['temporal', 'restic', 'postgres'], 'npm run demo', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await Machine.create();
  });
  afterEach(() => machine.remove());

  /** As on a fresh machine: nothing is cached, nothing can be downloaded, and Go is there. */
  function demo(): { child: ChildProcess; output: Promise<string> } {
    const { PAWL_TEMPORAL, PAWL_RESTIC, ...environment } = process.env;
    const child = spawn(process.execPath, ['toolchain/run.cjs', 'demo'], {
      cwd: ROOT,
      env: {
        ...environment,
        ...machine.environment,
        PATH: `${machine.file('bin')}:${process.env['PATH'] ?? ''}`,
        PAWL_DEMO_STALLED_SECONDS: String(STALLED_SECONDS),
        GO_GIVES_TEMPORAL: PAWL_TEMPORAL,
        GO_GIVES_RESTIC: PAWL_RESTIC,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, output: text(child.stdout as NodeJS.ReadableStream) };
  }

  it('waits as long as its programs are being built, proves what it says, and leaves no process', async () => {
    await putStandInGo(machine, SLOW_SECONDS);
    const { child, output } = demo();

    expect((await once(child, 'exit'))[0]).toBe(0);

    expect(await output).toContain('Proved: 3 × kill -9, nothing lost');
    const report: unknown = JSON.parse(
      await readFile(join(ROOT, '.pawl/demo/report.json'), 'utf8'),
    );
    expect(report).toMatchObject({ schema: 'pawl/demo@1', equal: true });
    expect(await leftBehind()).toEqual([]);
  }, 900_000);

  it('ends what it has started when it is interrupted in the middle of a build', async () => {
    await putStandInGo(machine, '1000.25');
    const { child } = demo();
    await until(
      async () => ((await processesWith('sleep 1000.25')).length > 0 ? true : undefined),
      60,
    );

    child.kill('SIGINT');

    expect((await once(child, 'exit'))[0]).toBe(130);
    await until(async () => ((await leftBehind()).length === 0 ? true : undefined));
  });

  async function leftBehind(): Promise<number[]> {
    const marks = ['sleep 1000.25', machine.directory, join(ROOT, '.pawl/demo')];
    return (await Promise.all(marks.map(processesWith))).flat();
  }
});
