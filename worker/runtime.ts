import { Runtime } from '@temporalio/worker';
import { formatAddress, type Address } from './common-settings';
import type { WorkerConfig } from './config';
import { assertPortFree } from './free-port';
import type { Logger } from './logging';
import { temporalLogger } from './temporal-logger';

/*
 * Rust's filter syntax. While Temporal is away, Core warns of each poll that failed: 70 lines for 15 seconds, where
 * reachability.ts needs one.
 */
const QUIET =
  'error,temporalio_sdk_core=warn,temporalio_client=warn,temporalio_client::retry=error';
const VERBOSE = 'error,temporalio_sdk_core=debug,temporalio_client=debug';

/** Steps take from moments to hours; Core's own last bucket is a minute. */
const STEP_BUCKETS_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400];

/**
 * Configures Temporal's native core, once per process and before the first connection.
 * Throws: ConfigError when the metrics' port is taken
 */
export async function installRuntime(
  config: Pick<WorkerConfig, 'metricsAddress' | 'logLevel'>,
  logger: Logger,
): Promise<void> {
  const { metricsAddress } = config;
  await assertPortFree('--metrics-address', metricsAddress);
  Runtime.install({
    logger: temporalLogger(logger),
    // Ours: a signal may come while there is no worker yet.
    shutdownSignals: [],
    telemetryOptions: {
      // Without `forward` Core would print past our logger.
      logging: { filter: isVerbose(config) ? VERBOSE : QUIET, forward: {} },
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
      histogramBucketOverrides: { temporal_activity_execution_latency: STEP_BUCKETS_SECONDS },
    },
  };
}
