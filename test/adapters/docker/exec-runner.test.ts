import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { startRelay } from './engine-relay';
import { startService, type ServiceContainer } from './service-container';

describeWith(['docker'], 'commands in a container', () => {
  let service: ServiceContainer;
  let runner: CommandRunner;

  beforeAll(async () => {
    service = await startService({ service: 'api' });
    runner = await createContainers({ docker }).runner(service.site, 'api');
  });
  afterAll(() => service.remove());

  it('keeps stdout and stderr apart and tells the exit code', async () => {
    const command = await runner.spawn(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(await text(command.stdout)).toBe('out\n');
    expect(await command.exit).toMatchObject({ code: 3, signal: null, stderrTail: 'err' });
  });

  it('passes environment, user, folder and arguments as they are', async () => {
    const hostile = '-n $(id) `id` "; \'🙂\n*';
    const script = 'printf "%s|%s|%s|%s" "$1" "$PASSWORD" "$(id -u)" "$(pwd)"';
    const options = { env: { PASSWORD: hostile }, user: '65534', cwd: '/usr' };
    const { stdout } = await runner.run(['sh', '-c', script, 'sh', hostile], options);
    expect(stdout).toBe(`${hostile}|${hostile}|65534|/usr`);
  });

  it('carries 200 MB through stdin and back, and ends the input when told', async () => {
    const command = await runner.spawn(['cat'], { stdin: 'pipe' });
    const sent = createHash('sha256');
    const received = createHash('sha256');
    const chunks = Readable.from(randomChunks(200, sent));
    if (command.stdin === null) throw new Error('no stdin');
    await Promise.all([pipeline(chunks, command.stdin), pipeline(command.stdout, received)]);
    expect(await command.exit).toMatchObject({ code: 0 });
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('holds the program back while the consumer is slow', async () => {
    const megabytes = 1024;
    const command = await runner.spawn(['head', '-c', `${megabytes}M`, '/dev/zero']);
    const before = process.memoryUsage.rss();
    await once(command.stdout, 'readable');
    await sleep(2_000);
    // Without backpressure it takes much less than two seconds to have it all here.
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
    let bytes = 0;
    for await (const chunk of command.stdout) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(megabytes * 1024 * 1024);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
    expect(await command.exit).toMatchObject({ code: 0 });
  });

  it('waits for the exit code of a program that closed its output long before', async () => {
    const command = await runner.spawn(['sh', '-c', 'exec >&- 2>&-; sleep 0.7; exit 5']);
    command.stdout.resume();
    expect(await command.exit).toMatchObject({ code: 5 });
  });

  it('says that a program does not exist in the container', async () => {
    await expect(runner.run(['no-such-program'])).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining('no-such-program') as string,
    });
  });

  it('fails with evidence when the exit code is not accepted', async () => {
    const script = ['sh', '-c', 'echo "bad s3cret" >&2; exit 4'];
    await expect(runner.run(script, { secrets: ['s3cret'] })).rejects.toMatchObject({
      kind: 'CommandFailed',
      evidence: { exitCode: 4, stderrTail: 'bad [redacted]' },
    });
    await expect(runner.run(script, { accept: [4] })).resolves.toMatchObject({ stdout: '' });
  });

  it.each([
    ['sleeps', ['sleep', '300']],
    ['writes without being read', ['tar', '-c', '-f', '-', '/usr']],
    ['ignores SIGTERM', ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']],
  ])('kills a program that %s', async (_title, argv) => {
    const command = await runner.spawn(argv);
    await command.kill();
    await command.kill();
    expect((await command.exit).code).not.toBe(0);
    expect(await programs(service)).not.toContain(argv[0]);
  });

  it('ends the program when the signal is aborted, and rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const running = runner.run(['sleep', '301'], { signal: controller.signal });
    setTimeout(() => {
      controller.abort(reason);
    }, 200);
    await expect(running).rejects.toBe(reason);
    expect(await programs(service)).not.toContain('sleep 301');
  });

  it('rejects the exit when the engine goes away in the middle', async () => {
    const relay = await startRelay();
    try {
      const away = new Dockerode({ socketPath: relay.path });
      const through = await createContainers({ docker: away }).runner(service.site, 'api');
      const command = await through.spawn(['sleep', '302']);
      await sleep(300);
      await relay.stop();
      command.stdout.resume();
      await expect(command.exit).rejects.toMatchObject({ kind: 'ServiceUnavailable' });
    } finally {
      await relay.remove();
    }
  });

  it('rejects the exit when only the connection breaks, though the program ends well', async () => {
    const relay = await startRelay();
    try {
      const away = new Dockerode({ socketPath: relay.path });
      const through = await createContainers({ docker: away }).runner(service.site, 'api');
      const command = await through.spawn(['sh', '-c', 'echo begun; sleep 7; exit 0']);
      await once(command.stdout, 'readable');
      relay.cut();
      command.stdout.resume();
      await expect(command.exit).rejects.toMatchObject({ kind: 'ServiceUnavailable' });
    } finally {
      await relay.remove();
    }
  });
});

/** Init and the sleep of the container itself are there too. */
async function programs(service: ServiceContainer): Promise<string> {
  const { Processes } = (await service.container.top({ ps_args: '-eo pid,args' })) as {
    Processes: string[][];
  };
  return Processes.map((row) => row.slice(1).join(' '))
    .join('\n')
    .replaceAll('sleep 3600', '');
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function* randomChunks(megabytes: number, hash: ReturnType<typeof createHash>) {
  for (let index = 0; index < megabytes; index++) {
    const chunk = Buffer.alloc(1024 * 1024, index);
    hash.update(chunk);
    yield chunk;
  }
}
