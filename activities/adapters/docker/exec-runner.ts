import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { CommandOptions, CommandRunner, RunningCommand } from '../../ports/command-runner';
import { redactor } from '../process/redact';
import { runToEnd } from '../process/run-to-end';
import { endOnAbort } from '../process/end-on-abort';
import { lastBytes } from '../process/last-bytes';
import { demultiplex } from './demultiplex';
import { asking } from './docker-failure';
import { execExit, type StartedExec } from './exec-exit';
import { killExec } from './exec-kill';
import type { FoundContainer } from './find-container';

/** Runs programs in one container, by exec: its own client programs, its own local sockets. */
export function execRunner(docker: Dockerode, container: FoundContainer): CommandRunner {
  const runner: CommandRunner = {
    location: `container ${container.name}`,
    spawn: (argv, options) => spawnInContainer(docker, container, argv, options),
    run: (argv, options) => runToEnd(runner, argv, options),
  };
  return runner;
}

/**
 * Retry:  the caller's. When the worker dies the connection closes: a program that writes ends by SIGPIPE, one that
 *         reads sees the end of its input; one that does neither goes on.
 * Throws: ServiceUnavailable (engine away, container gone or stopped) · the signal's reason. That the program does not
 *         exist is told by `exit`: the engine finds out after it has answered.
 */
async function spawnInContainer(
  docker: Dockerode,
  container: FoundContainer,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<RunningCommand> {
  const { signal, stdin = 'ignore', secrets = [] } = options;
  const place = `container ${container.name}`;
  const attempted = `Could not run ${argv[0] ?? ''} in ${place}`;
  signal?.throwIfAborted();
  const { exec, socket } = await asking(attempted, () => start(docker, container, argv, options));
  const redact = redactor(secrets);
  const tail = lastBytes();
  const lines = lineSplitter(options.onStderrLine, redact);
  const output = demultiplex(socket, (chunk) => {
    tail.add(chunk);
    lines.add(chunk);
  });
  const started: StartedExec = {
    docker,
    exec,
    socket,
    containerId: container.id,
    attempted,
    killedAt: undefined,
  };
  const exit = execExit(started, output, () => {
    lines.end();
    return tail.text(redact);
  });
  // Whoever needs the exit awaits it; who does not must not bring the worker down with an unhandled rejection.
  exit.catch(() => undefined);
  const running: RunningCommand = {
    argv: argv.map(redact),
    stdin: stdin === 'pipe' ? standardInput(socket) : null,
    stdout: output.stdout,
    exit,
    kill: () => killExec(started, exit),
  };
  endOnAbort(running, signal);
  return running;
}

/** Complete lines, and at the end what is left without a line break. */
function lineSplitter(
  onLine: ((line: string) => void) | undefined,
  redact: (text: string) => string,
): { add(chunk: Buffer): void; end(): void } {
  let rest = '';
  return {
    add(chunk) {
      if (onLine === undefined) return;
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(redact(Buffer.from(line, 'latin1').toString()));
    },
    end() {
      if (rest !== '') onLine?.(redact(Buffer.from(rest, 'latin1').toString()));
      rest = '';
    },
  };
}

async function start(
  docker: Dockerode,
  container: FoundContainer,
  argv: readonly string[],
  { env = {}, user, cwd, stdin }: CommandOptions,
): Promise<{ exec: Dockerode.Exec; socket: Socket }> {
  // The container's own environment stays; messages in English and times in UTC, as on the host.
  const environment = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env };
  const exec = await docker.getContainer(container.id).exec({
    Cmd: [...argv],
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    AttachStdin: stdin === 'pipe',
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
    ...(cwd === undefined ? {} : { WorkingDir: cwd }),
  });
  const socket = await exec.start({ hijack: true, stdin: true });
  // Without the upgrade there is no half-close: the program would never see the end of its input.
  if (socket instanceof Socket) return { exec, socket };
  socket.destroy();
  const text = `the Docker Engine (or a proxy before it) did not upgrade the connection`;
  throw new AdapterError('ServiceUnavailable', `${argv[0] ?? ''} in ${container.name}: ${text}`);
}

/** Its end is the program's end of input (the connection is closed in one direction only); a broken pipe is no failure of its own. */
function standardInput(socket: Socket): Writable {
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
  });
  socket.once('close', () => input.destroy());
  return input.on('error', () => undefined);
}
