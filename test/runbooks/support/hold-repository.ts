import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../support/processes';
import { resticProgram } from '../../support/restic-repository';
import type { ProtectedStack } from './protected-stack';

/** A process of somebody else that has a repository to itself. */
export interface RepositoryHolder {
  readonly pid: number;
  /** It ends in good order and frees the lock. */
  finish(): Promise<void>;
  /** SIGKILL: the lock stays. Does nothing when it has ended. */
  die(): Promise<void>;
}

/** A check, stopped while it holds its exclusive lock. It reads 1 KiB a second: it does not end before. */
export async function holdRepository(stack: ProtectedStack): Promise<RepositoryHolder> {
  const options = { env: stack.resticEnvironment, stdio: 'ignore' } as const;
  const child = spawn(resticProgram(), ['check', '--read-data', '--limit-download=1'], options);
  const exit = once(child, 'exit');
  await until(async () => ((await stack.locks()).length > 0 ? true : undefined));
  child.kill('SIGSTOP');
  const [lock = ''] = await stack.locks();
  const held = await stack.restic('cat', 'lock', lock, '--no-lock');
  if (!held.includes('"exclusive": true')) throw new Error(`not held exclusively: ${held}`);
  return {
    pid: child.pid ?? 0,
    finish: async () => {
      child.kill('SIGINT');
      child.kill('SIGCONT');
      await exit;
    },
    die: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
