import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../adapter-error';
import type { Attempt } from '../../ports';
import type { SwitchKey, Switches } from '../../release-ports';
import {
  BACKEND,
  configuration,
  needsReload,
  readDesired,
  SERVERS_STATE,
  trafficCommands,
  type Desired,
} from './configuration';
import { readCounters } from './counters';
import { ask } from './socket';

const FILE = 'haproxy.cfg';
/** What the running process was started or reloaded with. */
const APPLIED = 'applied.json';
const RELOADED_WITHIN_MILLISECONDS = 10_000;

/**
 * `Switches` as folders `switch/<stack>/<service>` of the state directory, and the HAProxy that has one mounted. The
 * worker's user owns the socket, whatever HAProxy runs as.
 */
export function createSwitches(options: {
  readonly stateDirectory: string;
  readonly uid?: number;
}): Switches {
  const uid = options.uid ?? process.getuid?.() ?? 0;
  const folderOf = ({ stack, service }: SwitchKey): string =>
    join(options.stateDirectory, 'switch', encodeURIComponent(stack), encodeURIComponent(service));
  const write = (key: SwitchKey, desired: Desired): Promise<void> =>
    writeDurably(folderOf(key), FILE, configuration(key.service, desired, uid));

  return {
    folder: async (key) => {
      await mkdir(folderOf(key), { recursive: true, mode: 0o700 });
      return folderOf(key);
    },
    desired: (key) => readFileOf(folderOf(key)),
    write: (key, settings, traffic, maintenance) =>
      write(key, { settings, traffic, ...(maintenance === undefined ? {} : { maintenance }) }),
    apply: (key, attempt) => apply(folderOf(key), attempt),
    counters: async (key, { signal }) => {
      const folder = folderOf(key);
      const stat = await ask(folder, 'admin.sock', `show stat ${BACKEND} 4 -1`, signal);
      const state = await ask(folder, 'admin.sock', `show servers state ${BACKEND}`, signal);
      return readCounters(stat, state);
    },
    remove: (key) => rm(folderOf(key), { recursive: true, force: true }),
  };
}

async function readFileOf(folder: string): Promise<Desired | undefined> {
  try {
    return readDesired(await readFile(join(folder, FILE), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function apply(folder: string, { signal }: Attempt): Promise<void> {
  const desired = await readFileOf(folder);
  if (desired === undefined) {
    throw new AdapterError('InternalError', `the switch in ${folder} was never configured`);
  }
  const running = await runningServers(folder, signal);
  if (await mustReload(folder, desired, running)) await reload(folder, signal);
  const answer = await ask(folder, 'admin.sock', trafficCommands(desired), signal);
  const complaint = answer.split('\n').find((line) => /no such|unknown|error|require/i.test(line));
  if (complaint !== undefined) {
    throw new AdapterError(
      'CommandFailed',
      `the switch in ${folder} refuses its traffic: ${complaint}`,
    );
  }
  await writeDurably(
    folder,
    APPLIED,
    JSON.stringify({ desired, pid: await workerPid(folder, signal) }),
  );
}

/** A process that was started since has read the file as it stands, whatever was applied to the one before. */
async function mustReload(folder: string, desired: Desired, servers: number): Promise<boolean> {
  const text = await readFile(join(folder, APPLIED), 'utf8').catch(() => undefined);
  const applied =
    text === undefined ? undefined : (JSON.parse(text) as { desired: Desired }).desired;
  if (applied !== undefined && needsReload(applied, desired)) return true;
  return servers !== desired.settings.replicas * 2;
}

async function runningServers(folder: string, signal: AbortSignal): Promise<number> {
  const state = await ask(folder, 'admin.sock', `show servers state ${BACKEND}`, signal);
  return state.trim().split('\n').slice(2).length;
}

async function workerPid(folder: string, signal: AbortSignal): Promise<string> {
  const info = await ask(folder, 'admin.sock', 'show info', signal);
  return /^Pid: (\d+)$/m.exec(info)?.[1] ?? '';
}

/** The listening socket goes from the old worker to the new one; the old one ends when its requests have. */
async function reload(folder: string, signal: AbortSignal): Promise<void> {
  const before = await workerPid(folder, signal);
  const servers = await ask(folder, 'admin.sock', `show servers state ${BACKEND}`, signal);
  await writeDurably(folder, SERVERS_STATE, servers);
  await ask(folder, 'master.sock', 'reload', signal).catch((error: unknown) => {
    // Older ones close the connection on a reload, which may look like no answer.
    if (!(error instanceof AdapterError)) throw error;
  });
  const deadline = performance.now() + RELOADED_WITHIN_MILLISECONDS;
  while ((await workerPid(folder, signal).catch(() => before)) === before) {
    if (performance.now() > deadline) {
      throw new AdapterError(
        'CommandFailed',
        `the switch in ${folder} does not take its new configuration; it goes on with the former one`,
        { advice: 'The log of its container says what it refuses.' },
      );
    }
    await sleep(100, undefined, { signal });
  }
  // What is started later must not believe it.
  await rm(join(folder, SERVERS_STATE), { force: true });
}

async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = join(folder, `.${randomUUID()}.tmp`);
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, join(folder, name));
  const above = await open(folder, 'r');
  await above.sync().finally(() => above.close());
}
