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
import { Script } from 'node:vm';

/** Of one bundle: another version, another Node, other flags. */
const KEPT_AT_MOST = 8;
const OTHERS_MAY_WRITE = 0o022;

export interface Bundle {
  readonly name: string;
  readonly file: string;
  /** Begins with a comment that holds its hash: by that, compiled code is known to be of this text. */
  readonly source: string;
}

export interface Compiled {
  readonly script: Script;
  /** Keeps what V8 has compiled by now. Absent: it is kept. */
  readonly keep?: () => void;
}

/**
 * Compiles a bundle, from what an earlier process has kept where that is there and fits.
 * Retry: safe; a cache that is missing, unreadable, or of another Node costs time and changes nothing
 */
export function compileKept(bundle: Bundle, cache: string): Compiled {
  const { file, source } = bundle;
  const kept = join(cache, `${bundle.name}-${keyOf(source)}`);
  const cachedData = readKept(kept);
  const script = new Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData !== undefined && script.cachedDataRejected !== true) return { script };
  return {
    script,
    keep: () => {
      write(script, kept, cache, bundle.name);
    },
  };
}

/** V8 refuses code of another V8, or made under other flags; under one name each would replace the other's for ever. */
function keyOf(source: string): string {
  const content = /^\/\*(\w+)\*\//.exec(source)?.[1] ?? '';
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return [content, process.version, process.arch, sumOf(flags)].join('-');
}

/** Tells a few sets of flags apart; the crypto module would take longer to load. */
function sumOf(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
  return (sum >>> 0).toString(36);
}

/** Whoever can write it can make this process do anything: it must be this user's own, or root's. */
function readKept(kept: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(kept);
    const isOurs = uid === process.geteuid?.() || uid === 0;
    return isOurs && (mode & OTHERS_MAY_WRITE) === 0 ? readFileSync(kept) : undefined;
  } catch {
    // Not there, or not readable: the text is compiled.
    return undefined;
  }
}

function write(script: Script, kept: string, cache: string, name: string): void {
  const draft = `${kept}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    try {
      writeWhole(draft, script.createCachedData());
      renameSync(draft, kept);
    } finally {
      rmSync(draft, { force: true });
    }
    for (const old of newestFirst(cache, name).slice(KEPT_AT_MOST)) rmSync(old, { force: true });
  } catch {
    // A full disk, a folder of another user: the next start takes as long as this one did.
  }
}

/** On the disk before it has its name: V8 does not look whether code is whole. */
function writeWhole(file: string, data: Buffer): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function newestFirst(cache: string, name: string): readonly string[] {
  return readdirSync(cache)
    .filter((entry) => entry.startsWith(`${name}-`))
    .map((entry) => join(cache, entry))
    .map((path) => [path, statSync(path).mtimeMs] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([path]) => path);
}
