import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's libfaketime, which shows a program another clock; undefined where it is not installed. */
export function faketimeLibrary(): string | undefined {
  const root = '/usr/lib';
  return readdirSync(root)
    .map((folder) => join(root, folder, 'faketime', 'libfaketime.so.1'))
    .find((file) => existsSync(file));
}

/**
 * For the environment of a program whose clock a file sets, also while it runs: `+1h`, `-1h`, `+0`. Only the time of day
 * jumps, as it does on a real machine; what measures durations does not.
 */
export function clockIn(file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: faketimeLibrary() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
