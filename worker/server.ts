import { makeReady } from '../toolchain/make-ready';
import { paced } from '../toolchain/progress';
import { createLogger, isPretty } from './logging';
import { runEntry } from './run-entry';
import { runServer } from './server/run-server';
import { readServerConfig, SERVER_SETTINGS, type ServerConfig } from './server/server-config';
import { stopSignal } from './stop-signal';

void runEntry<ServerConfig>({
  command: 'pawl server',
  about:
    "Runs Temporal's dev server with its web pages, and this host's worker, in the foreground. All state is in one directory.",
  settings: SERVER_SETTINGS,
  readConfig: readServerConfig,
  createLogger: (config) => createLogger(config, (text) => text),
  async run(config, logger) {
    const stop = stopSignal(logger);
    const report = paced((line) => {
      logger.info(line);
    });
    // The worker looks for restic by itself, and finds it: a minute of building is shown here, once.
    const options = isPretty(config) ? { signal: stop } : { signal: stop, report };
    await runServer(config, () => makeReady(['temporal', 'restic'], options), logger, stop);
  },
});
