import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../ports/adapter-error';
import type {
  CommandExit,
  CommandOptions,
  CommandRunner,
  RunningCommand,
} from '../../ports/command-runner';
import { largeWritesPrefix, openBulkOutput } from './bulk-output';
import { standardInput, standardOutput } from './child-streams';
import { dieWithWorkerPrefix } from './die-with-worker';
import { findProgram } from './find-program';
import { redactor } from './redact';
import { runToEnd } from './run-to-end';
import { endOnAbort } from './end-on-abort';
import { lastBytes } from './last-bytes';

/** restic and pg_dump end within milliseconds of SIGTERM; a remote repository's lock takes a round trip or two. */
const KILL_GRACE_MILLISECONDS = 5_000;

/** How long an exit waits for the rest of stderr when a grandchild holds it open. */
const STDERR_GRACE_MILLISECONDS = 1_000;

/** Runs programs on this host: the only place in the project that spawns. */
export const hostRunner: CommandRunner = {
  location: 'host',
  spawn: spawnOnHost,
  run: (argv, options) => runToEnd(hostRunner, argv, options),
};

/**
 * Retry:  the caller's; nothing is remembered. On Linux the program dies with this process.
 * Throws: PreconditionFailed (no such program or folder) · CommandFailed (cannot be started) · the signal's reason
 */
async function spawnOnHost(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<RunningCommand> {
  const { signal, cwd = process.cwd(), stdin = 'ignore', secrets = [] } = options;
  const env = { ...minimalEnvironment(), ...options.env };
  const program = await findProgram(argv[0] ?? '', env['PATH'] ?? '', cwd);
  const before = [...dieWithWorkerPrefix(), ...(options.bulkOutput ? largeWritesPrefix() : [])];
  const [file = program, ...args] = [...before, program, ...argv.slice(1)];
  refuseNul(argv, Object.values(env));
  signal?.throwIfAborted();
  const bulk = options.bulkOutput ? await openBulkOutput() : undefined;
  const child = startChild([file, ...args], { env, cwd, stdin }, bulk?.descriptor);
  const redact = redactor(secrets);
  const exit = awaitExit(child, redact, options.onStderrLine);
  const running: RunningCommand = {
    argv: argv.map(redact),
    stdin: standardInput(child),
    stdout: bulk?.reader.stream ?? standardOutput(child),
    ...(bulk && {
      recycle: (chunk: Buffer) => {
        bulk.reader.recycle(chunk);
      },
    }),
    exit,
    kill: () => endProcess(child, exit),
  };
  await started(child, exit, `${program} in ${cwd}`).catch((error: unknown) => {
    running.stdout.destroy();
    throw error;
  });
  endOnAbort(running, signal);
  return running;
}

/** Our copy of the pipe's end goes with the start: as long as we hold it, the output has no end. */
function startChild(
  [file = '', ...args]: readonly string[],
  { stdin, ...options }: { env: Record<string, string>; cwd: string; stdin: 'pipe' | 'ignore' },
  output: number | undefined,
): ChildProcess {
  try {
    return spawn(file, args, { ...options, stdio: [stdin, output ?? 'pipe', 'pipe'] });
  } finally {
    if (output !== undefined) closeSync(output);
  }
}

/** What a program may take for granted, whatever the worker was started with: messages in English, times in UTC. */
function minimalEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: process.env['HOME'] ?? homedir(),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  };
}

/** No program can be given one, and Node's own error would show the value, which may be a secret. */
function refuseNul(...texts: readonly (readonly string[])[]): void {
  if (!texts.flat().some((text) => text.includes('\0'))) return;
  throw new AdapterError('PreconditionFailed', 'An argument or a secret holds a NUL byte');
}

async function started(
  child: ChildProcess,
  exit: Promise<CommandExit>,
  what: string,
): Promise<void> {
  // Whoever needs the exit awaits it; who does not must not bring the worker down with an unhandled rejection.
  exit.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (error) {
    // The program's file was found before, so ENOENT means the folder.
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const kind = missing ? 'PreconditionFailed' : 'CommandFailed';
    const reason = missing ? 'there is no such folder' : (error as Error).message;
    throw new AdapterError(
      kind,
      `Could not start ${what} on host: ${reason}`,
      {},
      { cause: error },
    );
  }
}

/**
 * Not the `close` event: it waits until stdout was read to its end, and for grandchildren that hold the pipes open.
 * Rejects when the program never started.
 */
async function awaitExit(
  child: ChildProcess,
  redact: (text: string) => string,
  onStderrLine?: (line: string) => void,
): Promise<CommandExit> {
  const startedAt = performance.now();
  const tail = lastBytes();
  child.stderr?.on('data', (chunk: Buffer) => {
    tail.add(chunk);
  });
  if (onStderrLine !== undefined && child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      onStderrLine(redact(line));
    });
  }
  const stderrEnd = new Promise((resolve) => child.stderr?.once('close', resolve));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  await Promise.race([stderrEnd, sleep(STDERR_GRACE_MILLISECONDS, undefined, { ref: false })]);
  return { code, signal, stderrTail: tail.text(redact), elapsedSeconds };
}

/** SIGTERM, so that restic frees its lock; SIGKILL when that was not enough. */
async function endProcess(child: ChildProcess, exit: Promise<CommandExit>): Promise<void> {
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), KILL_GRACE_MILLISECONDS);
  await exit.catch(() => undefined);
  clearTimeout(forced);
}
