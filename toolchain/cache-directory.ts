import os from 'node:os';
import path from 'node:path';

/** pawl's cache: PAWL_CACHE_DIR, else `pawl` in XDG_CACHE_HOME, else `~/.cache/pawl`. */
export function cacheDirectory(environment: Readonly<NodeJS.ProcessEnv>): string {
  const own = environment['PAWL_CACHE_DIR'];
  if (own) return path.resolve(own);
  const base = environment['XDG_CACHE_HOME'];
  // The XDG specification tells to ignore a relative path.
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'),
    'pawl',
  );
}
