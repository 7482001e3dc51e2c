import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../toolchain/find-program';
import { PASSWORD } from './contest';

const run = promisify(execFile);

export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `producer | consumer` by a real shell: Node would join them by a socket, which is slower than a pipe. Returns seconds. */
export async function secondsOfPipeline(producer: Program, consumer: Program): Promise<number> {
  return secondsOfShell(`set -o pipefail; ${quoted(producer)} | ${quoted(consumer)}`, {
    ...producer.env,
    ...consumer.env,
  });
}

/** One program to its end, by the same way. */
export function secondsOf(program: Program): Promise<number> {
  return secondsOfShell(quoted(program), program.env);
}

async function secondsOfShell(line: string, further: Program['env']): Promise<number> {
  const env = { ...process.env, ...further };
  const started = performance.now();
  const shell = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(shell, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`exit code ${String(code)} of ${line}`);
  return (performance.now() - started) / 1000;
}

function quoted({ argv }: Program): string {
  return argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}

/** A fresh repository, and `restic backup --stdin` into it. */
export async function resticInto(repository: string): Promise<Program> {
  const { program, env } = await initialised(repository);
  return { argv: [program, 'backup', '--quiet', '--stdin', '--stdin-filename', 'dump'], env };
}

/** `restic backup` of a folder into a repository, which is made where there is none. */
export async function resticOf(folder: string, repository: string): Promise<Program> {
  const there = { program: (await findProgram('restic')).path, env: resticEnvironment(repository) };
  const { program, env } = existsSync(repository) ? there : await initialised(repository);
  return { argv: [program, 'backup', '--quiet', folder], env };
}

export async function initialised(
  repository: string,
): Promise<{ readonly program: string; readonly env: Record<string, string> }> {
  const program = (await findProgram('restic')).path;
  const env = resticEnvironment(repository);
  await run(program, ['init'], { env: { ...process.env, ...env } });
  return { program, env };
}

/** `restic dump` of what `resticInto` stored. */
export async function resticFrom(repository: string): Promise<Program> {
  const program = (await findProgram('restic')).path;
  return { argv: [program, 'dump', 'latest', '/dump'], env: resticEnvironment(repository) };
}

function resticEnvironment(repository: string): Record<string, string> {
  const cache = join(dirname(repository), 'raw-cache');
  return {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: PASSWORD,
    RESTIC_CACHE_DIR: cache,
  };
}
