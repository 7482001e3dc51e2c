import type { FoundProgram } from '../../toolchain/program';
import { assertPortFree, freePort } from '../free-port';
import { isPretty, type Logger } from '../logging';
import { openStateFolder, type StateFolder } from '../state-folder';
import { isStop } from '../stop-signal';
import { makeKeyFile, openKeyRing, openToGroup } from '../../sealing/key-file';
import { inWords, keyFileOf } from '../open-sealing';
import { claimDatabase, devServerAddress, type DevServer } from './dev-server';
import type { ServerConfig } from './server-config';
import { takeServerLock } from './server-lock';
import type { KeyRing } from '../../sealing/key-ring';
import { startCodecEndpoint, type CodecEndpoint } from './codec-endpoint';
import { endLeftovers, removeServerState } from './state-file';
import { ServerRecord } from './server-record';
import { superviseTemporal } from './supervise-temporal';
import { superviseWorker } from './supervise-worker';
import { keepRunning, startReady } from './supervise';
import { watchDisk } from './watch-disk';

/**
 * Runs Temporal's dev server and this host's worker until `stop`, the worker ending first; leaves nothing behind. What
 * would refuse the start is looked at before programs are got, which may take minutes.
 * Throws: ConfigError (folder or port cannot be used) · BusyError · ToolchainError; a new folder is gone again then
 */
export async function runServer(
  config: ServerConfig,
  programs: () => Promise<{ readonly temporal: FoundProgram }>,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const { stateDirectory, healthAddress, metricsAddress } = config;
  // Of the worker, and told before anything is started.
  if (healthAddress !== 'none') await assertPortFree('--health-address', healthAddress);
  await assertPortFree('--metrics-address', metricsAddress);
  const folder = await openStateFolder(stateDirectory);
  try {
    const lock = await takeServerLock(stateDirectory);
    try {
      await endLeftovers(stateDirectory);
      const ports = await choosePorts(config);
      const { temporal } = await programs();
      await claimDatabase(stateDirectory, temporal.version);
      const keys = makeKey(config, logger);
      const endWatch = watchDisk(stateDirectory, logger);
      const codec = await openForPages(config, ports, keys);
      const server = describeServer(config, temporal.path, ports, codec?.url);
      await runBoth(config, server, folder, logger, stop).finally(() => {
        endWatch();
        codec?.close();
      });
    } finally {
      await removeServerState(stateDirectory);
      await lock.release();
    }
  } catch (error) {
    if (!isStop(error, stop)) throw error;
  } finally {
    await folder.removeIfUnused();
  }
}

/** At the first start; a key that is there is looked at before anything runs. */
function makeKey(config: ServerConfig, logger: Logger): KeyRing {
  const file = keyFileOf(config);
  return inWords(() => {
    if (makeKeyFile(file) === 'made')
      logger.info({ file }, 'made the key that seals what is in Temporal; keep a copy of it');
    openToGroup(file);
    return openKeyRing(file);
  });
}

async function openForPages(
  { uiSealed, uiMayAct }: ServerConfig,
  { uiPort }: Ports,
  keys: KeyRing,
): Promise<CodecEndpoint | undefined> {
  if (uiPort === undefined || uiSealed) return undefined;
  return startCodecEndpoint({ keys, uiPort, mayAct: uiMayAct });
}

async function runBoth(
  config: ServerConfig,
  server: DevServer,
  folder: StateFolder,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const record = new ServerRecord(server);
  const temporal = superviseTemporal(config, server, record);
  const worker = superviseWorker(config, server, record);
  const stopTemporal = new AbortController();
  const serving = keepRunning(
    temporal,
    await startReady(temporal, stop),
    logger,
    stopTemporal.signal,
  );
  try {
    // Temporal makes its database as its user's mask tells.
    await folder.close();
    const working = await startReady(worker, stop);
    await record.ready();
    announce(config, server, logger);
    await keepRunning(worker, working, logger, stop);
  } finally {
    stopTemporal.abort();
    await serving;
  }
}

type Ports = Pick<DevServer, 'port' | 'uiPort'>;

async function choosePorts({ port, uiPort, headless }: ServerConfig): Promise<Ports> {
  const chosen = await choosePort('--port', port);
  if (headless) return { port: chosen };
  return { port: chosen, uiPort: await choosePort('--ui-port', uiPort ?? portOfPages(port)) };
}

/** Of a port that was asked for; beside the highest ones there is none, and any will do. */
function portOfPages(port: number): number {
  return port === 0 || port + 1000 > 65_535 ? 0 : port + 1000;
}

function describeServer(
  config: ServerConfig,
  program: string,
  ports: Ports,
  codecEndpoint: string | undefined,
): DevServer {
  const { stateDirectory, namespace } = config;
  const codec = codecEndpoint === undefined ? {} : { codecEndpoint };
  return { program, stateDirectory, namespace, ...ports, ...codec };
}

async function choosePort(flag: string, wanted: number): Promise<number> {
  if (wanted === 0) return freePort('127.0.0.1');
  await assertPortFree(flag, { host: '127.0.0.1', port: wanted });
  return wanted;
}

function announce(config: ServerConfig, server: DevServer, logger: Logger): void {
  const address = devServerAddress(server);
  const ui = server.uiPort === undefined ? undefined : `http://127.0.0.1:${server.uiPort}`;
  const next = `${server.port === 7233 ? '' : `TEMPORAL_ADDRESS=${address} `}pawl doctor`;
  if (!isPretty(config)) {
    logger.info(
      { address, ui, next, stateDirectory: config.stateDirectory },
      'pawl server is ready',
    );
    return;
  }
  const lines = [
    ['Temporal', address],
    ['UI', ui ?? 'none (--headless)'],
    ['State', config.stateDirectory],
    ['Next', `${next}      (in another terminal, beside your pawl.yaml)`],
  ];
  const text = lines
    .map(([name, value]) => `  ${(name ?? '').padEnd(9)} ${value ?? ''}`)
    .join('\n');
  console.log(`\npawl server is ready; Ctrl-C stops it.\n\n${text}\n`);
}
