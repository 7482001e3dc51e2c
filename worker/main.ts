import { hostRunner } from '../activities/adapters/process/run-command';
import { createSecretResolver } from '../activities/adapters/secrets/create-secret-resolver';
import { findProgram } from '../toolchain/find-program';
import { readWorkerConfig, WORKER_SETTINGS, type WorkerConfig } from './config';
import { createLogger, type Logger } from './logging';
import { portsOnThisHost, type Tools } from './ports';
import { runEntry } from './run-entry';
import { runWorker } from './run-worker';
import { installRuntime } from './runtime';
import { stopSignal } from './stop-signal';

let log: Logger | undefined;
const secrets = createSecretResolver({
  environment: process.env,
  hostRunner,
  onTooShort: (message) => log?.warn(message),
});

void runEntry<WorkerConfig>({
  command: 'pawl worker',
  about:
    "Runs the worker of this host, in the foreground. It works for the Temporal server that Temporal's own environment names.",
  settings: WORKER_SETTINGS,
  readConfig: readWorkerConfig,
  createLogger: (config) => (log = createLogger(config, (text) => secrets.redact(text))),
  async run(config, logger) {
    const stop = stopSignal(logger);
    await installRuntime(config, logger);
    const tools = await findTools(logger);
    await runWorker(config, portsOnThisHost(config, tools, secrets), logger, stop);
  },
});

/** Before the first step needs them: where they must be built that takes minutes, and a step has a deadline. */
async function findTools(logger: Logger): Promise<Tools> {
  const report = (line: string): void => {
    logger.info(line);
  };
  const { path, version, origin } = await findProgram('restic', { report });
  logger.debug({ path, version, origin }, 'restic found');
  return { restic: path, compose: async () => (await findProgram('compose', { report })).path };
}
