import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { failureOf } from '../../support/failure-of';
import { isAlive, processesWith, until } from '../../support/processes';

const node = process.execPath;

test('returns the output of a program', async () => {
  const { stdout, exit } = await hostRunner.run([node, '-e', 'console.log(6 * 7)']);
  expect(stdout).toBe('42\n');
  expect(exit).toMatchObject({ code: 0, signal: null, stderrTail: '' });
});

test('hands arguments and input on as they are, through no shell', async () => {
  const hostile = `we"ird; $(id) 'x' naïve 🙂\n*`;
  const echo = 'process.stdin.pipe(process.stdout); process.stdout.write(process.argv[1] + "|")';
  const { stdout } = await hostRunner.run([node, '-e', echo, hostile], { input: hostile });
  expect(stdout).toBe(`${hostile}|${hostile}`);
});

test('gives a minimal environment, and not the own one', async () => {
  process.env['PAWL_TEST_SENTINEL'] = 'mine';
  const { stdout } = await hostRunner.run(['env'], { env: { ADDED: 'yes' } });
  delete process.env['PAWL_TEST_SENTINEL'];
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.sort()).toEqual(['ADDED', 'HOME', 'LANG', 'PATH', 'TZ']);
});

test('tells a failed command with argv, exit code and the end of stderr', async () => {
  const noisy = 'for (let i = 0; i < 9999; i++) console.error("line " + i); process.exitCode = 7';
  const error = await failureOf(hostRunner.run([node, '-e', noisy]));
  expect(error.kind).toBe('CommandFailed');
  expect(error.message).toMatch(
    /^node on host ended with exit code 7(?: after \d+\.\d s)?: line 9998$/,
  );
  expect(error.evidence).toMatchObject({ argv: [node, '-e', noisy], exitCode: 7, signal: null });
  expect(error.evidence.stderrTail?.length).toBeLessThanOrEqual(4096);
  expect(error.evidence.stderrTail).toMatch(/^line \d+\n/);
});

test('accepts the exit codes it was told to accept', async () => {
  const { exit } = await hostRunner.run([node, '-e', 'process.exitCode = 3'], { accept: [3] });
  expect(exit.code).toBe(3);
});

test('tells a program that is not there from one that failed', async () => {
  const error = await failureOf(hostRunner.run(['pawl-no-such-program']));
  expect(error).toMatchObject({ kind: 'PreconditionFailed' });
  expect(error.message).toContain('pawl-no-such-program was not found in PATH');
});

test('refuses a NUL byte without showing what holds it', async () => {
  const error = await failureOf(hostRunner.run(['true'], { env: { PASSWORD: 'sent\0inel' } }));
  expect(error.kind).toBe('PreconditionFailed');
  expect(JSON.stringify(error)).not.toContain('inel');
});

test('tells a folder that is not there', async () => {
  const error = await failureOf(hostRunner.run(['true'], { cwd: '/no/such/folder' }));
  expect(error).toMatchObject({ kind: 'PreconditionFailed' });
  expect(error.message).toContain('/no/such/folder');
});

test('shows no secret in evidence, plain, URL-encoded or in base64', async () => {
  const secret = 'p@ss wörd/+1';
  const shapes = [
    secret,
    encodeURIComponent(secret),
    ...['', 'u', 'us'].map((user) => Buffer.from(`${user}${secret}!`).toString('base64')),
  ];
  const leak = `console.error(process.argv.slice(1).join("\\n")); process.exitCode = 1`;
  const error = await failureOf(
    hostRunner.run([node, '-e', leak, ...shapes], { secrets: [secret] }),
  );
  const evidence = JSON.stringify({ ...error.evidence, message: error.message });
  for (const shape of shapes) expect(evidence).not.toContain(shape.slice(4, -4));
  expect(evidence.split('[redacted]').length).toBeGreaterThan(shapes.length * 2);
});

test('reads stdout no faster than its consumer', async () => {
  const command = await hostRunner.spawn(['head', '--bytes=99999999', '/dev/zero']);
  const pid = await until(async () => (await processesWith('--bytes=99999999'))[0]);
  const written = await until(async () => {
    const before = await writtenBy(pid);
    await sleep(200);
    return before > 0 && before === (await writtenBy(pid)) ? before : undefined;
  });
  expect(written).toBeLessThan(512 * 1024);
  await command.kill();
});

test('keeps the output of a program that has ended before anyone reads', async () => {
  const { stdout, exit } = await hostRunner.spawn([node, '-e', 'console.log("small dump")']);
  await exit;
  await new Promise(setImmediate);
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('small dump\n');
});

test('ends the program when the signal is aborted, and rejects with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled by ops');
  const run = hostRunner.run(['sleep', '600.123'], { signal: controller.signal });
  const pid = await until(async () => (await processesWith('600.123'))[0]);
  controller.abort(reason);
  await expect(run).rejects.toBe(reason);
  expect(await isAlive(pid)).toBe(false);
});

test('starts nothing once the signal is aborted', async () => {
  const reason = new Error('too late');
  await expect(hostRunner.spawn(['true'], { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});

test('ends a program that ignores SIGTERM by SIGKILL', async () => {
  const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")';
  const command = await hostRunner.spawn([node, '-e', deaf]);
  await once(command.stdout, 'data');
  await Promise.all([command.kill(), command.kill()]);
  expect(await command.exit).toMatchObject({ code: null, signal: 'SIGKILL' });
}, 15_000);

test('ends the program when its consumer gives up', async () => {
  const { stdout, exit } = await hostRunner.spawn(['cat', '/dev/zero']);
  stdout.destroy();
  expect(await exit).toMatchObject({ signal: 'SIGPIPE' });
});

test('is not brought down by a program that does not read its input', async () => {
  const { exit } = await hostRunner.run(['true'], { input: 'x'.repeat(1 << 20) });
  expect(exit.code).toBe(0);
});

describe('when this process is killed by SIGKILL', () => {
  const onLinux = process.platform === 'linux' ? test : test.skip;
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'pawl-process-'))));
  afterEach(() => rm(folder, { recursive: true }));

  onLinux('the program dies too', async () => {
    const parent = await hostRunner.spawn([
      node,
      '--import',
      'tsx',
      join(__dirname, 'spawn-and-wait.ts'),
      join(folder, 'pid'),
    ]);
    const pids = await until(async () => {
      const text = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
      return text.endsWith('\n') ? text.trim().split(' ').map(Number) : undefined;
    });
    const [parentPid = 0, childPid = 0] = pids;
    expect(await isAlive(childPid)).toBe(true);
    process.kill(parentPid, 'SIGKILL');
    await parent.exit;
    await until(async () => ((await isAlive(childPid)) ? undefined : true));
  });
});

/** Bytes a process has handed to write(2). */
async function writtenBy(pid: number): Promise<number> {
  const io = await readFile(`/proc/${pid}/io`, 'utf8');
  return Number(/wchar: (\d+)/.exec(io)?.[1]);
}
