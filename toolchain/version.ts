import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Program } from './program';
import { reasonOf, ToolchainError } from './toolchain-error';

const run = promisify(execFile);

/** What files have said. Compose is looked for at each of its calls, and asking takes as long as the call itself. */
const answers = new Map<string, string>();

/**
 * Runs the executable to learn its version, which also proves that it is whole and made for this machine; once, as long
 * as it stays the same file.
 * Throws: ToolchainError (does not start, fails, says no version, takes over 30 s)
 */
export async function versionOf(program: Program, path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path).catch(reject(path));
  const file = [path, dev, ino, size, mtimeMs].join(' ');
  const known = answers.get(file);
  if (known !== undefined) return known;
  const version = await ask(program, path);
  answers.set(file, version);
  return version;
}

async function ask(program: Program, path: string): Promise<string> {
  const output = await run(path, [...program.versionArguments], { timeout: 30_000 }).catch(
    reject(path),
  );
  const version = /\d+\.\d+\.\d+/.exec(output.stdout)?.[0];
  if (version === undefined) throw new ToolchainError(`${path} says no version`);
  return version;
}

function reject(path: string): (error: unknown) => never {
  return (error) => {
    throw new ToolchainError(`${path} does not run: ${reasonOf(error).trim()}`, { cause: error });
  };
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
