import { findProgram } from '../toolchain/find-program';
import { createLogger } from './logging';
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
    const report = (line: string): void => {
      logger.info(line);
    };
    const temporal = await findProgram('temporal', { report });
    await runServer(config, temporal, logger, stop);
  },
});
