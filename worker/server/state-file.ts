import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serverFile } from '../../toolchain/state-directory';
import { writeDurably } from '../../activities/adapters/state-directory/durable-files';
import { isAlive, type ProcessIdentity } from '../../activities/adapters/process/process-identity';

const processIdentity = z.strictObject({
  pid: z.int().positive(),
  started: z.string().max(200),
});

/** `server.json` in the state directory: what runs, for `pawl status`, for tests, and for who must clean up after us. */
const serverState = z.object({
  state: z.enum(['starting', 'ready']),
  pid: z.int().positive(),
  address: z.string(),
  namespace: z.string(),
  /** Absent with `--headless`. */
  ui: z.string().optional(),
  temporal: processIdentity.optional(),
  worker: processIdentity.extend({ health: z.string().optional() }).optional(),
});

export type ServerState = Readonly<z.infer<typeof serverState>>;

/** A worker ends within 15 s, also when Temporal is gone. */
const END_WITHIN_MILLISECONDS = 20_000;

export async function writeServerState(directory: string, state: ServerState): Promise<void> {
  await writeDurably(serverFile(directory), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Undefined when no server runs there and none has died there, or when a power cut has left no whole file. */
export async function readServerState(directory: string): Promise<ServerState | undefined> {
  try {
    return serverState.safeParse(JSON.parse(await readFile(serverFile(directory), 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeServerState(directory: string): Promise<void> {
  await rm(serverFile(directory), { force: true });
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
