import { Runtime } from '@temporalio/worker';
import { formatAddress, type Address } from './common-settings';
import type { WorkerConfig } from './config';
import { assertPortFree } from './free-port';
import type { Logger } from './logging';
import { temporalLogger } from './temporal-logger';

/**
 * Configures Temporal's native core, once per process and before the first connection.
 * Throws: ConfigError when the metrics' port is taken
 */
export async function installRuntime(
  config: Pick<WorkerConfig, 'metricsAddress' | 'logLevel'>,
  logger: Logger,
): Promise<void> {
  const { metricsAddress } = config;
  if (metricsAddress !== undefined) await assertPortFree('--metrics-address', metricsAddress);
  Runtime.install({
    logger: temporalLogger(logger),
    // Ours: a signal may come while there is no worker yet.
    shutdownSignals: [],
    telemetryOptions: {
      // Core tells at INFO what an operator does not need; without `forward` it would print past our logger.
      logging: { filter: { core: isVerbose(config) ? 'DEBUG' : 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === undefined ? {} : { metrics: prometheus(metricsAddress) }),
    },
  });
}

function isVerbose({ logLevel }: Pick<WorkerConfig, 'logLevel'>): boolean {
  return logLevel === 'debug' || logLevel === 'trace';
}

function prometheus(address: Address) {
  return {
    prometheus: {
      bindAddress: formatAddress(address),
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
    },
  };
}
