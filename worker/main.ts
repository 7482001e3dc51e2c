import { readWorkerConfig, WORKER_SETTINGS, type WorkerConfig } from './config';
import { createLogger } from './logging';
import { createSecretResolver, findTools, portsOnThisHost } from './ports';
import { runEntry } from './run-entry';
import { runWorker } from './run-worker';
import { installRuntime } from './runtime';
import { stopSignal } from './stop-signal';

const secrets = createSecretResolver();

void runEntry<WorkerConfig>({
  command: 'pawl worker',
  about: 'Runs the worker of this host, in the foreground. The Temporal server is the one the environment names.',
  settings: WORKER_SETTINGS,
  readConfig: readWorkerConfig,
  createLogger: (config) => createLogger(config, (text) => secrets.redact(text)),
  async run(config, logger) {
    const stop = stopSignal(logger);
    await installRuntime(config, logger);
    const tools = await findTools(logger);
    await runWorker(config, portsOnThisHost(config, tools, secrets), logger, stop);
  },
});
