import { join } from 'node:path';
import { Script } from 'node:vm';
import { keepOwn, readOwn } from './own-cache';

/** Of one bundle: another version, another Node, other flags. */
const KEPT_AT_MOST = 8;

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
export function compileKept({ name, file, source }: Bundle, cache: string): Compiled {
  const kind = `${name}-`;
  const kept = { folder: cache, file: `${kind}${keyOf(source)}`, kind, atMost: KEPT_AT_MOST };
  const cachedData = readOwn(join(kept.folder, kept.file));
  const script = new Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData !== undefined && script.cachedDataRejected !== true) return { script };
  return {
    script,
    keep: () => {
      keepOwn(kept, () => script.createCachedData());
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
