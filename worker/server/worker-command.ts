import { distFile } from '../dist-file';
import { formatAddress, type Address } from '../common-settings';
import type { Values } from '../settings';
import type { COMMON_SETTINGS } from '../common-settings';

/**
 * Node's heap is told to stay small, since a worker's bytes are in its programs. Measured: 24 MB less when idle, and
 * 257 → 163 MB at the peak of 400 runs. Garbage is collected on one thread: each 64 KiB of a stream is a new buffer, and
 * collectors side by side free it too late, so that whole collections follow (55 instead of 13 for 1.6 GB) and the
 * worker takes 2.5 instead of 1.4 s of CPU for 0.5 GB. V8 that favours size takes 162 → 140 MB until the worker is ready, and
 * the same time and CPU for a backup of 0.6 GB.
 */
const MEMORY_FLAGS = ['--max-semi-space-size=2', '--single-threaded-gc', '--optimize-for-size'];

/** glibc keeps an arena per thread, and Temporal's core has many threads. */
export const MEMORY_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** How a worker process is started; add MEMORY_ENVIRONMENT to its environment. */
export function workerCommand(flags: readonly string[]): readonly string[] {
  return [process.execPath, ...MEMORY_FLAGS, distFile('worker', 'main.js'), ...flags];
}

/** Flags by which a server hands its own settings on to its worker. */
export function workerFlags(settings: Values<typeof COMMON_SETTINGS>): readonly string[] {
  const { keyFile, healthAddress, metricsAddress } = settings;
  const address = (flag: string, value: Address | 'none' | undefined): string[] =>
    value === undefined ? [] : [flag, value === 'none' ? value : formatAddress(value)];
  return [
    ...['--host', settings.host, '--state-dir', settings.stateDirectory],
    ...(keyFile === undefined ? [] : ['--key-file', keyFile]),
    ...['--parallel-steps', String(settings.parallelSteps)],
    ...address('--health-address', healthAddress),
    ...address('--metrics-address', metricsAddress),
    ...['--log-level', settings.logLevel, '--log-format', settings.logFormat],
  ];
}
