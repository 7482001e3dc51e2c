import { spawnSync } from 'node:child_process';

let prefix: readonly string[] | undefined;

/**
 * Arguments to put in front of a program so that the kernel ends it when this process dies, also by SIGKILL.
 *
 * Without it a worker's death closes restic's stdin, which restic takes for the end of the dump. Empty where
 * util-linux's setpriv is missing (macOS, Alpine): receipts tell a torn snapshot there. setpriv replaces itself by
 * the program, so the process id stays the same. The signal comes at the death of the *thread* that spawned: spawn
 * from the main thread only.
 */
export function dieWithWorkerPrefix(): readonly string[] {
  prefix ??= works() ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];
  return prefix;
}

function works(): boolean {
  if (process.platform !== 'linux') return false;
  // BusyBox has a setpriv too, without this option: only a trial tells.
  const trial = spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' });
  return trial.status === 0;
}
