import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../toolchain/find-program';
import { freePort } from '../../worker/free-port';
import type { Child } from '../../worker/server/child';
import { devServerAddress, writeClientConfig } from '../../worker/server/dev-server';
import { withoutTemporalSettings } from '../../worker/server/server-config';
import { ServerRecord } from '../../worker/server/server-record';
import { startReady } from '../../worker/server/supervise';
import { superviseTemporal } from '../../worker/server/supervise-temporal';

/** A Temporal dev server with its state in a file: it may be killed and started again, and goes on. */
export interface TemporalServer {
  /** `127.0.0.1:40123`, the same after a restart. */
  readonly address: string;
  readonly pid: number;
  /** Value of TEMPORAL_CONFIG_FILE for whoever shall use it. */
  readonly clientConfig: string;
  /** Temporal's CLI, for a look from outside. */
  readonly program: string;
  /** Where it keeps everything. */
  readonly stateDirectory: string;
  /** As a power cut would. Resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Starts it again at the same address, on the same file. */
  start(): Promise<void>;
  /** Ends it for good and removes what it kept. */
  stop(): Promise<void>;
}

export interface TemporalServerOptions {
  /** Serve Temporal's web pages too. */
  readonly ui?: boolean;
  readonly namespace?: string;
  /** Limits of Temporal's, such as `limit.historyCount.error=5120`, for what would take hours to reach. */
  readonly dynamicConfig?: readonly string[];
}

/** Starts one on free ports. It dies with this process, so a Jest worker that is killed leaves no server. */
export async function startTemporalServer({
  ui = false,
  namespace = 'default',
  dynamicConfig = [],
}: TemporalServerOptions = {}): Promise<TemporalServer> {
  const { path: plain } = await findProgram('temporal');
  const stateDirectory = await mkdtemp(join(tmpdir(), 'pawl-temporal-'));
  const program =
    dynamicConfig.length === 0 ? plain : await withConfig(plain, stateDirectory, dynamicConfig);
  const port = await freePort('127.0.0.1');
  const pages = ui ? { uiPort: await freePort('127.0.0.1') } : {};
  const server = { program, stateDirectory, namespace, port, ...pages };
  // Go collects garbage less often: a fifth of what a server costs, for some megabytes that a test has.
  const environment = { ...withoutTemporalSettings(process.env), GOGC: '400' };
  const spec = superviseTemporal({ environment }, server, new ServerRecord(server));
  const start = (): Promise<Child> => startReady(spec, new AbortController().signal);
  const clientConfig = await writeClientConfig(server);
  let child = await start();
  const kill9 = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child.exit;
  };
  return {
    ...{ address: devServerAddress(server), clientConfig, program, stateDirectory, kill9 },
    get pid() {
      return child.pid;
    },
    async start() {
      child = await start();
    },
    async stop() {
      // Nothing in its file is needed any more: no reason to wait for a clean end.
      await kill9();
      await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** A program that starts the server with more settings than pawl has. */
async function withConfig(
  program: string,
  directory: string,
  settings: readonly string[],
): Promise<string> {
  const file = join(directory, 'temporal');
  const flags = settings.map((setting) => `--dynamic-config-value ${setting}`).join(' ');
  const script = `#!/bin/sh\n[ "$1" = server ] && set -- "$@" ${flags}\nexec '${program}' "$@"\n`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}
