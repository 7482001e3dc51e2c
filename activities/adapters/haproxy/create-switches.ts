import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError, isAway } from '../../ports/adapter-error';
import type { SwitchKey, Switches } from '../../ports/switches';
import { checkDesired } from './check-desired';
import {
  LIVE_MAP,
  readDesired,
  renderConfiguration,
  shapeIn,
  type Desired,
  type SwitchHost,
} from './configuration';
import { readCounters } from './counters';
import { reload } from './reload';
import { runningShape } from './running-state';
import { hint, steer } from './steer';
import { pauseCommands, resumeCommands } from './traffic-commands';
import { folderOf, makeFolder, onDisk, readText, writeDurably } from './switch-folder';

export interface SwitchesOptions {
  readonly stateDirectory: string;
  /** User that the sockets belong to; the worker's when absent. */
  readonly uid?: number;
  /** Whether the engine's kernel knows IPv6; found out when absent. */
  readonly ipv6?: boolean;
  /** Runs `work` while nobody else on this host does with the same lock file. */
  readonly exclusively: <Output>(file: string, work: () => Promise<Output>) => Promise<Output>;
}

const FILE = 'haproxy.cfg';
/** The last file that a running process was brought to: what is restored when it refuses another. */
const APPLIED = 'applied.cfg';
/** Held while the file is read and written anew: a maintenance begins and ends beside releases. */
const LOCK = 'write.lock';

/** Somebody else may have brought the process to a former or later file in the middle. */
const ROUNDS = 4;
const BETWEEN_ROUNDS_MILLISECONDS = 100;

/**
 * `Switches` as folders `switch/<stack>/<service>` in the state directory, each mounted in the container of a HAProxy:
 *
 *     haproxy.cfg     what is desired, as JSON in its first line and as HAProxy's configuration below
 *     applied.cfg     the same, as the running process was last brought to it
 *     write.lock      while the file is written
 *     live.map        empty; stands for what is set at run time
 *     servers.state   addresses and states, during a reload only
 *     admin.sock, master.sock   HAProxy's
 */
export function createSwitches({ stateDirectory, exclusively, ...of }: SwitchesOptions): Switches {
  const host: SwitchHost = {
    uid: of.uid ?? process.getuid?.() ?? 0,
    ipv6: of.ipv6 ?? knowsIpv6(),
  };
  const at = (key: SwitchKey): string => folderOf(stateDirectory, key);
  const rewrite = (key: SwitchKey, change: (now?: Desired) => Desired): Promise<void> =>
    onDisk(`Writing the file of ${nameOf(key)}`, async () => {
      const folder = at(key);
      await makeFolder(folder);
      await exclusively(join(folder, LOCK), async () => {
        await write(folder, key, change((await fileIn(folder))?.desired), host);
      });
    });
  return {
    folder: (key) =>
      onDisk(`Making the folder of ${nameOf(key)}`, async () => {
        await makeFolder(at(key));
        return at(key);
      }),
    desired: (key) =>
      onDisk(`Reading the file of ${nameOf(key)}`, async () => (await fileIn(at(key)))?.desired),
    write: (key, settings, traffic) => rewrite(key, (now) => ({ ...now, settings, traffic })),
    maintain: (key, maintenance) =>
      rewrite(key, (now) => {
        if (now === undefined) throw noFile(key);
        const { settings, traffic } = now;
        return { settings, traffic, ...(maintenance === undefined ? {} : { maintenance }) };
      }),
    apply: (key, { signal }) =>
      onDisk(`Steering ${nameOf(key)}`, () => apply(at(key), key, signal)),
    pauseChecks: (key, slot, { signal }) =>
      unlessAway(() => hint(at(key), (running) => pauseCommands(running, slot), signal)),
    resumeChecks: (key, slot, { signal }) =>
      unlessAway(() => hint(at(key), (running) => resumeCommands(running, slot), signal)),
    counters: (key, { signal }) => readCounters(at(key), signal),
    remove: (key) =>
      onDisk(`Removing the folder of ${nameOf(key)}`, () =>
        rm(at(key), { recursive: true, force: true }),
      ),
  };
}

/** The engine's kernel is this one, but for a virtual machine's on a desktop, which has it. */
function knowsIpv6(): boolean {
  return process.platform !== 'linux' || existsSync('/proc/net/if_inet6');
}

async function write(
  folder: string,
  key: SwitchKey,
  desired: Desired,
  host: SwitchHost,
): Promise<void> {
  checkDesired(key, desired);
  // First: HAProxy does not start without it.
  if ((await readText(folder, LIVE_MAP)) === undefined) await writeDurably(folder, LIVE_MAP, '');
  await writeDurably(folder, FILE, renderConfiguration(key.service, desired, host));
}

interface SwitchFile {
  readonly text: string;
  readonly desired: Desired;
  readonly shape: string;
}

async function fileIn(folder: string): Promise<SwitchFile | undefined> {
  const text = await readText(folder, FILE);
  if (text === undefined) return undefined;
  const [desired, shape] = [readDesired(text), shapeIn(text)];
  if (desired !== undefined && shape !== undefined) return { text, desired, shape };
  const advice = "Remove it and release again; nothing but pawl should write in pawl's folder.";
  throw new AdapterError('PreconditionFailed', `${folder}/${FILE} is not pawl's`, { advice });
}

/** Until the process is as the file says after all. */
async function apply(folder: string, key: SwitchKey, signal: AbortSignal): Promise<void> {
  for (let round = 1; ; round += 1) {
    const { steered, text } = await applyOnce(folder, key, signal);
    const changed = (await readText(folder, FILE)) !== text;
    if (steered === undefined && !changed) return;
    if (round === ROUNDS) throw steered ?? changes(key);
    await sleep(BETWEEN_ROUNDS_MILLISECONDS, undefined, { signal });
  }
}

async function applyOnce(
  folder: string,
  key: SwitchKey,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly steered?: AdapterError }> {
  const file = await fileIn(folder);
  if (file === undefined) {
    throw new AdapterError('InternalError', `There is no file of ${nameOf(key)} in ${folder}`);
  }
  const running = await runningShape(folder, signal);
  if (running !== file.shape) {
    const refusal = await reload(folder, file.desired, file.shape, signal);
    if (refusal !== undefined) throw await refused(folder, key, running, refusal);
  }
  try {
    await steer(folder, file.desired, signal);
  } catch (error) {
    if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') throw error;
    return { text: file.text, steered: error };
  }
  await writeDurably(folder, APPLIED, file.text);
  return { text: file.text };
}

/** Where none answers, there is nothing to tell. */
async function unlessAway(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAway(error)) throw error;
  }
}

function changes(key: SwitchKey): AdapterError {
  return new AdapterError('CommandFailed', `The file of ${nameOf(key)} changes all the time`);
}

function noFile(key: SwitchKey): AdapterError {
  const advice = '`pawl deploy` makes it.';
  return new AdapterError('PreconditionFailed', `There is no ${nameOf(key).slice(4)} yet`, {
    advice,
  });
}

/** The former file is put back, so that a restart of HAProxy does not end it. */
async function refused(
  folder: string,
  key: SwitchKey,
  running: string | undefined,
  refusal: string,
): Promise<AdapterError> {
  const former = await readText(folder, APPLIED);
  const restored = former !== undefined && shapeIn(former) === running;
  if (restored) await writeDurably(folder, FILE, former);
  const now = restored
    ? 'it goes on with its former file, which was put back'
    : `it goes on as it was started, but ${folder}/${FILE} is the one that it refuses`;
  return new AdapterError(
    'CommandFailed',
    `${nameOf(key)} refuses its changed settings: ${refusal}; ${now}`,
    { advice: 'The log of its container says what HAProxy does not like: `docker logs`.' },
  );
}

function nameOf({ stack, service }: SwitchKey): string {
  return `the switch of ${stack}/${service}`;
}
