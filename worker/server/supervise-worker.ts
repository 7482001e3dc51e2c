import type { WorkerReady } from '../run-worker';
import { startChild } from './child';
import { writeClientConfig, type DevServer } from './dev-server';
import type { ServerConfig } from './server-config';
import type { ServerRecord } from './server-record';
import type { Supervised } from './supervise';
import { MEMORY_ENVIRONMENT } from '../../toolchain/worker-memory';
import { workerCommand, workerFlags } from './worker-command';

/** Longer than a worker's own patience with its steps. */
const STOP_GRACE_MILLISECONDS = 20_000;

/** How this host's worker is started, and when it is ready. Its log lines go where the server's go. */
export function superviseWorker(
  config: ServerConfig,
  server: DevServer,
  record: ServerRecord,
): Supervised {
  return {
    name: 'the worker',
    stopGraceMilliseconds: STOP_GRACE_MILLISECONDS,
    async start() {
      const env = {
        ...MEMORY_ENVIRONMENT,
        ...config.environment,
        TEMPORAL_CONFIG_FILE: await writeClientConfig(server),
      };
      const child = await startChild({ argv: workerCommand(workerFlags(config)), env, ipc: true });
      await record.workerStarted(child.pid);
      return child;
    },
    async untilReady(child) {
      const { health } = (await child.message) as WorkerReady;
      await record.workerReady(health);
    },
    lastWords: () => Promise.resolve(''),
  };
}
