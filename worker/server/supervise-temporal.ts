import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child';
import { devServerCommand, untilServing, type DevServer } from './dev-server';
import type { ServerConfig } from './server-config';
import type { ServerRecord } from './server-record';
import type { Supervised } from './supervise';

/** It takes about one second; a second more for each of its services that waits for another. */
const STOP_GRACE_MILLISECONDS = 10_000;
const LAST_WORDS_CHARACTERS = 2_000;

/** How the dev server is started, when it is ready, and where its log is: `temporal.log` in the state directory. */
export function superviseTemporal(
  { environment }: Pick<ServerConfig, 'environment'>,
  server: DevServer,
  record: ServerRecord,
): Supervised {
  const log = join(server.stateDirectory, 'temporal.log');
  return {
    name: 'the Temporal server',
    stopGraceMilliseconds: STOP_GRACE_MILLISECONDS,
    async start() {
      const output = await openLog(log);
      try {
        const argv = devServerCommand(server);
        const child = await startChild({ argv, env: environment, output: output.fd });
        await record.temporalStarted(child.pid);
        return child;
      } finally {
        await output.close();
      }
    },
    untilReady: (_child, signal) => untilServing(server, environment, signal),
    lastWords: async () => (await readFile(log, 'utf8')).slice(-LAST_WORDS_CHARACTERS).trim(),
  };
}

/** A new log for each start, the one before kept: the dev server is too noisy after a crash for a terminal. */
async function openLog(log: string): Promise<FileHandle> {
  try {
    await rename(log, `${log}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return open(log, 'a', 0o600);
}
