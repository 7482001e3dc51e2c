import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity';

/** `server.json` in the state directory: what runs, for `pawl status`, for tests, and for who must clean up after us. */
export interface ServerState {
  readonly state: 'starting' | 'ready';
  readonly pid: number;
  readonly address: string;
  readonly namespace: string;
  /** Absent with `--headless`. */
  readonly ui?: string;
  readonly temporal?: ProcessIdentity;
  readonly worker?: ProcessIdentity & { readonly health?: string };
}

/** A worker ends within 15 s, also when Temporal is gone. */
const END_WITHIN_MILLISECONDS = 20_000;

export async function writeServerState(directory: string, state: ServerState): Promise<void> {
  const file = stateFile(directory);
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(draft, file);
}

/** Undefined when no server runs there, and none has died there. */
export async function readServerState(directory: string): Promise<ServerState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as ServerState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeServerState(directory: string): Promise<void> {
  await rm(stateFile(directory), { force: true });
}

/** Ends what a killed server may have left running. Called by the lock's owner only. */
export async function endLeftovers(directory: string): Promise<void> {
  const left = await readServerState(directory);
  const identities = [left?.worker, left?.temporal].filter((identity) => identity !== undefined);
  await Promise.all(identities.map(end));
  await removeServerState(directory);
}

async function end(identity: ProcessIdentity): Promise<void> {
  const deadline = performance.now() + END_WITHIN_MILLISECONDS;
  for (let signal: NodeJS.Signals | 0 = 'SIGTERM'; await isAlive(identity); signal = 0) {
    process.kill(identity.pid, performance.now() > deadline ? 'SIGKILL' : signal);
    await sleep(50);
  }
}

function stateFile(directory: string): string {
  return join(directory, 'server.json');
}
