import { MEMORY_FLAGS } from '../../toolchain/worker-memory';
import { distFile } from '../dist-file';
import { formatAddress, type Address } from '../common-settings';
import type { Values } from '../settings';
import type { COMMON_SETTINGS } from '../common-settings';

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
