import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const OTHERS_MAY_WRITE = 0o022;

/**
 * What an earlier process of this user has kept; undefined where there is none, and where somebody else could have written
 * it: it makes this process do things.
 */
export function readOwn(file: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(file);
    const isOurs = uid === process.geteuid?.() || uid === 0;
    return isOurs && (mode & OTHERS_MAY_WRITE) === 0 ? readFileSync(file) : undefined;
  } catch {
    // Not there, or not readable: what it would have saved is done.
    return undefined;
  }
}

export interface Kept {
  readonly folder: string;
  readonly file: string;
  /** How the names of files begin that are of the same kind, and how many of these may stay, the newest. */
  readonly kind: string;
  readonly atMost: number;
}

/** Keeps it for `readOwn` of later processes, where that can be done. */
export function keepOwn({ folder, file, kind, atMost }: Kept, data: () => Buffer): void {
  const kept = join(folder, file);
  const draft = `${kept}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeWhole(draft, data());
      renameSync(draft, kept);
    } finally {
      rmSync(draft, { force: true });
    }
    for (const old of newestFirst(folder, kind).slice(atMost)) rmSync(old, { force: true });
  } catch {
    // A full disk, a folder of another user: the next start takes as long as this one did.
  }
}

/** On the disk before it has its name: nobody looks whether it is whole. */
function writeWhole(file: string, data: Buffer): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function newestFirst(folder: string, kind: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(kind))
    .map((name) => join(folder, name))
    .map((path) => [path, statSync(path).mtimeMs] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([path]) => path);
}
