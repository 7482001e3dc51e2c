import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../ports/adapter-error';
import { identify, isAlive, type ProcessIdentity } from './process-identity';

/*
 * The one lock between processes: a file that names its owner by process id and start, and that exists only whole. An
 * owner of this machine that has died has lost it. One of another machine, or of another container, cannot be asked: it
 * renews its file, and has lost it when it has not for long.
 */

const RENEW_EVERY_MILLISECONDS = 5_000;
const ABANDONED_AFTER_MILLISECONDS = 60_000;

const ANOTHER = new Error('another removes it');

const FIRST_LOOK_MILLISECONDS = 10;
const LONGEST_LOOK_MILLISECONDS = 100;

/** State is written in milliseconds; whoever cannot wait for it is tried again. */
const MOMENTS_MILLISECONDS = 10_000;

export interface LockOwner extends ProcessIdentity {
  /** Absent in the locks of pawl 0.1, which knew this machine alone. */
  readonly host?: string;
}

export interface HeldLock {
  release(): Promise<void>;
}

export interface Waiting {
  /** Told once, when another process has the lock. */
  readonly onWait?: (owner: string) => void;
  /** Aborted: waits no longer. */
  readonly signal?: AbortSignal | undefined;
  readonly atMostMilliseconds?: number;
}

/**
 * Runs `work` while nobody else does so with the same lock file, for moments only.
 * Throws: ResourceBusy that names the owner
 */
export function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  return withLock(file, work, { atMostMilliseconds: MOMENTS_MILLISECONDS });
}

/**
 * The same for as long as it takes; waits for a living owner, without end where nothing else is said.
 * Throws: the signal's reason · ResourceBusy that names the owner
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  { onWait, signal, atMostMilliseconds = Infinity }: Waiting = {},
): Promise<T> {
  const deadline = performance.now() + atMostMilliseconds;
  let pause = FIRST_LOOK_MILLISECONDS;
  let isTold = false;
  const lock = await takeLock(file, async (owner) => {
    if (!isTold) onWait?.(nameOf(owner));
    isTold = true;
    if (performance.now() > deadline) {
      throw new AdapterError('ResourceBusy', `${file} is held by ${nameOf(owner)}`);
    }
    await sleep(pause, undefined, { signal });
    pause = Math.min(pause * 1.5, LONGEST_LOOK_MILLISECONDS);
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Takes the lock. While somebody else has it, `whileHeld` waits for the next look, or throws to give up.
 * Retry:  of several that find its owner gone, one gets it
 */
export async function takeLock(
  file: string,
  whileHeld: (owner: LockOwner) => Promise<void>,
): Promise<HeldLock> {
  const token = randomUUID();
  const mine = `${JSON.stringify({ ...(await ownIdentity()), host: hostname(), token })}\n`;
  // Linked, not created: a lock names its owner from its first moment.
  const draft = `${file}.${token}`;
  await writeFile(draft, mine);
  try {
    while (!(await tryLink(draft, file))) {
      const text = await readText(file);
      const owner = text === undefined ? undefined : parseOwner(text);
      if (owner !== undefined && !(await isGone(owner, file))) await whileHeld(owner);
      else if (text !== undefined) await removeGone(file, text);
      // A link has the time of what it links to, and the lock's age counts from now.
      await utimes(draft, new Date(), new Date());
    }
  } finally {
    await rm(draft, { force: true });
  }
  return heldLock(file, mine);
}

function heldLock(file: string, mine: string): HeldLock {
  const renewal = setInterval(() => {
    // What somebody removed is not ours to bring back.
    utimes(file, new Date(), new Date()).catch(() => undefined);
  }, RENEW_EVERY_MILLISECONDS);
  renewal.unref();
  return {
    release: async () => {
      clearInterval(renewal);
      if ((await readText(file)) === mine) await rm(file, { force: true });
    },
  };
}

/**
 * Whoever removes the lock of an owner that is gone holds a lock for just that one meanwhile. So nobody removes another's
 * that has come in its place, and whoever dies over it is gone in his turn. Where another is at it, it waits a moment.
 */
async function removeGone(file: string, text: string): Promise<void> {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const claim = await takeLock(`${file}.gone-${hash}`, () => Promise.reject(ANOTHER)).catch(
    (error: unknown) => {
      if (error !== ANOTHER) throw error;
    },
  );
  if (claim === undefined) {
    await sleep(FIRST_LOOK_MILLISECONDS);
    return;
  }
  try {
    if ((await readText(file)) === text) await rm(file, { force: true });
  } finally {
    await claim.release();
  }
}

async function isGone(owner: LockOwner, file: string): Promise<boolean> {
  if (owner.host === undefined || owner.host === hostname()) return !(await isAlive(owner));
  const made = await stat(file).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > ABANDONED_AFTER_MILLISECONDS;
}

/** Undefined of what was cut off, by a power cut or a full disk, with its owner's life. */
function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<LockOwner> | null;
    const isWhole = typeof owner?.pid === 'number' && typeof owner.started === 'string';
    return isWhole ? (owner as LockOwner) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function nameOf({ pid, host = hostname() }: LockOwner): string {
  return `process ${pid} on ${host}`;
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function ownIdentity(): Promise<ProcessIdentity | undefined> {
  own ??= identify(process.pid);
  return own;
}
let own: Promise<ProcessIdentity | undefined> | undefined;
