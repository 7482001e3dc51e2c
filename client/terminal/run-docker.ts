import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';

/** Of a shell, when a signal ended what it ran. */
const SIGNAL_EXIT_BASE = 128;

/**
 * Runs Docker's own command line, with our streams or without any. Ended when the signal is aborted.
 * Returns its exit code.
 */
export function runDocker(
  argv: readonly string[],
  stdio: 'inherit' | 'ignore',
  signal?: AbortSignal,
): Promise<number> {
  const child = spawn('docker', argv, { stdio, ...(signal && { signal }) });
  return new Promise((end, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') return;
      fail(error.code === 'ENOENT' ? noDocker() : error);
    });
    child.once('exit', (code, ended) => {
      end(code ?? SIGNAL_EXIT_BASE + (ended ? constants.signals[ended] : 0));
    });
  });
}

function noDocker(): ClientError {
  return new ClientError(EXIT_CODES.unavailable, 'There is no `docker` command on this machine.', {
    advice: 'Install the Docker CLI, or run this where it is.',
    reason: 'docker-away',
  });
}
