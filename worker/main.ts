import { hostRunner } from '../activities/adapters/process/run-command';
import { createSecretResolver } from '../activities/adapters/secrets/create-secret-resolver';
import { findProgram } from '../toolchain/find-program';
import { makeReady } from '../toolchain/make-ready';
import { paced } from '../toolchain/progress';
import { readWorkerConfig, WORKER_SETTINGS, type WorkerConfig } from './config';
import { createLogger, type Logger } from './logging';
import { portsOnThisHost, type Tools } from './ports';
import { runEntry } from './run-entry';
import { runWorker } from './run-worker';
import { installRuntime } from './runtime';
import { openStateFolder } from './state-folder';
import { isStop, stopSignal } from './stop-signal';
import { openSealing } from './open-sealing';

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
    const folder = await openStateFolder(config.stateDirectory);
    try {
      const sealing = openSealing(config, process.env, logger);
      await installRuntime(config, logger);
      const tools = await findTools(logger, stop);
      const ports = portsOnThisHost(config, tools, secrets);
      await runWorker(config, ports, sealing, logger, stop);
    } catch (error) {
      if (!isStop(error, stop)) throw error;
    } finally {
      await folder.removeIfUnused();
    }
  },
});

/** Before the first step needs them: where they must be built that takes minutes, and a step has a deadline. */
async function findTools(logger: Logger, signal: AbortSignal): Promise<Tools> {
  const report = paced((line) => {
    logger.info(line);
  });
  const { restic } = await makeReady(['restic'], { report, signal });
  logger.debug({ ...restic }, 'restic found');
  return {
    restic: restic.path,
    compose: async () => (await findProgram('compose', { report, signal })).path,
  };
}
