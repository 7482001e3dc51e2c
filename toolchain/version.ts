import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Program } from './program';
import { reasonOf, ToolchainError } from './toolchain-error';

const run = promisify(execFile);

/**
 * Runs the executable to learn its version, which also proves that it is whole and made for this machine.
 * Throws: ToolchainError (does not start, fails, says no version, takes over 30 s)
 */
export async function versionOf(program: Program, path: string): Promise<string> {
  const output = await run(path, [...program.versionArguments], { timeout: 30_000 }).catch(
    (error: unknown) => {
      throw new ToolchainError(`${path} does not run: ${reasonOf(error).trim()}`, { cause: error });
    },
  );
  const version = /\d+\.\d+\.\d+/.exec(output.stdout)?.[0];
  if (version === undefined) throw new ToolchainError(`${path} says no version`);
  return version;
}

/** Why this version does not serve, or undefined when it does. */
export function misfit(program: Program, version: string): string | undefined {
  const fits =
    compareVersions(version, program.minimumVersion) >= 0 &&
    !program.excludedVersions?.includes(version);
  return fits ? undefined : `is ${version}; pawl needs ${wanted(program)}`;
}

export function wanted(program: Program): string {
  const excluded = program.excludedVersions?.map((version) => `, not ${version}`).join('') ?? '';
  return `${program.minimumVersion} or newer${excluded}`;
}

function compareVersions(left: string, right: string): number {
  const rightNumbers = right.split('.').map(Number);
  const differences = left.split('.').map((number, place) => {
    return Number(number) - (rightNumbers[place] ?? 0);
  });
  return differences.find((difference) => difference !== 0) ?? 0;
}
