import { existsSync } from 'node:fs';
import path from 'node:path';
import { cacheDirectory } from './cache-directory';
import type { Platform } from './program';
import { paced, type Report } from './progress';
import { ToolchainError } from './toolchain-error';

/** Everything outside the program that decides how it is found. Tests give their own. */
export interface Surroundings {
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Folder that holds `<module>/go.mod` of each program. */
  readonly modulesDirectory: string;
  readonly cacheDirectory: string;
  /** Undefined on a platform for which nobody offers releases. */
  readonly platform: Platform | undefined;
  /** Told while something takes long. */
  readonly report: Report;
  /** Aborted: what is under way is ended, and nothing is begun any more. */
  readonly signal?: AbortSignal | undefined;
}

export function surroundingsOfProcess(given: Partial<Surroundings> = {}): Surroundings {
  const environment = given.environment ?? process.env;
  return {
    environment,
    modulesDirectory: given.modulesDirectory ?? path.join(packageRoot(__dirname), 'toolchain'),
    cacheDirectory: given.cacheDirectory ?? cacheDirectory(environment),
    platform: 'platform' in given ? given.platform : currentPlatform(),
    report: given.report ?? paced((line) => process.stderr.write(`${line}\n`)),
    signal: given.signal,
  };
}

/** This file runs from `toolchain/` and, compiled, from `dist/toolchain/`: the root is where package.json is. */
function packageRoot(from: string): string {
  if (existsSync(path.join(from, 'package.json'))) return from;
  const parent = path.dirname(from);
  if (parent === from) throw new ToolchainError(`no package.json above ${__dirname}`);
  return packageRoot(parent);
}

function currentPlatform(): Platform | undefined {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  const known = process.platform === 'linux' || process.platform === 'darwin';
  return known && architecture ? (`${process.platform}-${architecture}` as Platform) : undefined;
}
