import { chmod, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../activities/adapters/process/file-lock';
import type { FoundProgram, Origin, Program } from './program';
import { isExecutable } from './search-path';
import type { Surroundings } from './surroundings';
import { reasonOf, ToolchainError } from './toolchain-error';
import { versionOf } from './version';

/** One way to get the executable written to `target`. */
export interface Way {
  readonly origin: Origin;
  readonly get: (target: string) => Promise<void>;
}

/** A folder per program, version and platform: nothing in it is ever changed, only put there. */
function cachedPath(program: Program, { cacheDirectory, platform }: Surroundings): string {
  const folder = `${program.name}-${program.version}-${platform ?? `${process.platform}-${process.arch}`}`;
  return path.join(cacheDirectory, 'programs', folder, program.executable);
}

/** The cached program, or why there is none. A file that does not run (a broken disk) counts as none. */
export async function lookInCache(
  program: Program,
  surroundings: Surroundings,
): Promise<FoundProgram | { reason: string }> {
  const file = cachedPath(program, surroundings);
  if (!(await isExecutable(file))) return { reason: `not in ${path.dirname(file)}` };
  try {
    const version = await versionOf(program, file);
    if (version === program.version) return { path: file, version, origin: 'cache' };
    return { reason: `${file} is ${version}` };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/**
 * Puts a program into the cache by the first way that works. It appears there whole and proved by running, or not
 * at all: it is written beside, flushed, run, and renamed.
 * Retry:  safe; two processes at once do the work once, and what a killed one left is removed.
 * Throws: ToolchainError, one line for each way
 */
export async function fillCache(
  program: Program,
  surroundings: Surroundings,
  ways: readonly Way[],
): Promise<FoundProgram> {
  const file = cachedPath(program, surroundings);
  const title = `${program.name} ${program.version}`;
  await mkdir(path.dirname(file), { recursive: true });
  const onWait = (owner: string) => {
    surroundings.report(`${title}: ${owner} is getting it, waiting`);
  };
  return withLock(
    `${path.dirname(file)}.lock`,
    async () => {
      const present = await lookInCache(program, surroundings);
      if ('path' in present) return present;
      await removeLeftovers(path.dirname(file));
      const failures: string[] = [];
      for (const way of ways) {
        surroundings.signal?.throwIfAborted();
        const failure = await place(program, file, way);
        if (failure === undefined) {
          return { path: file, version: program.version, origin: way.origin };
        }
        surroundings.signal?.throwIfAborted();
        surroundings.report(`${title}: ${failure}`);
        failures.push(failure);
      }
      throw new ToolchainError(failures.join('\n'));
    },
    { onWait, signal: surroundings.signal },
  );
}

async function place(program: Program, file: string, way: Way): Promise<string | undefined> {
  const workshop = await mkdtemp(path.join(path.dirname(file), '.partial-'));
  const candidate = path.join(workshop, program.executable);
  try {
    await way.get(candidate);
    await chmod(candidate, 0o755);
    await flush(candidate);
    const version = await versionOf(program, candidate);
    if (version !== program.version)
      return `${way.origin}: it is ${version}, not ${program.version}`;
    await rename(candidate, file);
    await flush(path.dirname(file));
    return undefined;
  } catch (error) {
    return `${way.origin}: ${reasonOf(error)}`;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a killed process left. Nobody else is at work here: the lock is held. */
async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory);
  const leftovers = names.filter((name) => name.startsWith('.partial-'));
  await Promise.all(
    leftovers.map((name) => rm(path.join(directory, name), { recursive: true, force: true })),
  );
}
