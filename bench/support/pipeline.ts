import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../toolchain/find-program';
import { PASSWORD } from './contest';

const run = promisify(execFile);

export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `producer | consumer`, as a shell runs it: no byte passes through this process. Returns the seconds until both ended. */
export async function secondsOfPipeline(producer: Program, consumer: Program): Promise<number> {
  const started = performance.now();
  const from = spawn(...command(producer), {
    env: { ...process.env, ...producer.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const to = spawn(...command(consumer), {
    env: { ...process.env, ...consumer.env },
    stdio: [from.stdout, 'ignore', 'inherit'],
  });
  const exits = Promise.all([once(from, 'exit'), once(to, 'exit')]);
  // Ours is a copy: as long as it is open, the producer does not see that the consumer is gone.
  from.stdout.destroy();
  const codes = (await exits).map(([code]) => code as number | null);
  if (codes.some((code) => code !== 0)) throw new Error(`exit codes ${codes.join(' and ')}`);
  return (performance.now() - started) / 1000;
}

function command({ argv: [program = '', ...argv] }: Program): [string, string[]] {
  return [program, argv];
}

/** A fresh repository, and `restic backup --stdin` into it. */
export async function resticInto(repository: string): Promise<Program> {
  const program = (await findProgram('restic')).path;
  const env = resticEnvironment(repository);
  await run(program, ['init'], { env: { ...process.env, ...env } });
  return { argv: [program, 'backup', '--quiet', '--stdin', '--stdin-filename', 'dump'], env };
}

export function resticEnvironment(repository: string): Record<string, string> {
  const cache = join(dirname(repository), 'raw-cache');
  return {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: PASSWORD,
    RESTIC_CACHE_DIR: cache,
  };
}
