import { statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** What workers and `pawl server` keep, unless they are told another: `pawl` in XDG_STATE_HOME, else where such things are kept. */
export function defaultStateDirectory(environment: Readonly<NodeJS.ProcessEnv>): string {
  const base = environment['XDG_STATE_HOME'];
  if (base) return path.join(base, 'pawl');
  if (process.getuid?.() === 0) return '/var/lib/pawl';
  return path.join(environment['HOME'] ?? os.homedir(), '.local', 'state', 'pawl');
}

/** In it: what a `pawl server` that works there says of itself. */
export function serverFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'server.json');
}

/** With less, Temporal can write nothing: its SQLite needs a few pages more than it writes. */
export const FULL_BYTES = 1024 ** 2;

/** What a user may still write on the disk of a folder. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
