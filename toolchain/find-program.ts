import path from 'node:path';
import { buildModule } from './build-module';
import { download } from './download';
import type { FoundProgram, Program } from './program';
import { fillCache, lookInCache, type Way } from './program-cache';
import { programs, type ProgramName } from './programs';
import { executablesOnPath, isExecutable } from './search-path';
import { surroundingsOfProcess, type Surroundings } from './surroundings';
import { reasonOf, ToolchainError } from './toolchain-error';
import { misfit, versionOf, wanted } from './version';

/**
 * Finds a program, or gets it: environment variable, PATH, cache, official release, build from the pinned module.
 * Shape:  name → { path, version, origin }
 * Retry:  safe; may be called by many processes at once
 * Throws: ToolchainError, naming each way that was tried and why it failed
 */
export async function findProgram(
  name: ProgramName,
  options: Partial<Surroundings> = {},
): Promise<FoundProgram> {
  return find(programs[name], surroundingsOfProcess(options));
}

/**
 * Finds a program that is already here. Downloads nothing, builds nothing.
 * Shape:  name → { path, version, origin }, or undefined
 * Throws: ToolchainError (the environment variable names something that does not serve)
 */
export async function locateProgram(
  name: ProgramName,
  options: Partial<Surroundings> = {},
): Promise<FoundProgram | undefined> {
  const located = await locate(programs[name], surroundingsOfProcess(options));
  return 'path' in located ? located : undefined;
}

export async function find(program: Program, surroundings: Surroundings): Promise<FoundProgram> {
  const located = await locate(program, surroundings);
  if ('path' in located) return located;
  const ways: Way[] = [
    { origin: 'download', get: (target) => download(program, surroundings, target) },
    { origin: 'built', get: (target) => buildModule(program, surroundings, target) },
  ];
  return fillCache(program, surroundings, ways).catch((error: unknown) => {
    surroundings.signal?.throwIfAborted();
    throw notFound(program, [...located.reasons, reasonOf(error)], error);
  });
}

export async function locate(
  program: Program,
  surroundings: Surroundings,
): Promise<FoundProgram | { reasons: string[] }> {
  const named = await fromEnvironment(program, surroundings.environment);
  if (named) return named;
  const reasons = [`${program.environmentVariable} is not set`];
  const candidates = await executablesOnPath(program, surroundings.environment);
  if (candidates.length === 0) reasons.push(`path: no ${program.executable} on PATH`);
  for (const candidate of candidates) {
    const tried = await fits(program, candidate);
    if ('version' in tried) return { path: candidate, version: tried.version, origin: 'path' };
    reasons.push(`path: ${tried.reason}`);
  }
  const cached = await lookInCache(program, surroundings);
  if ('path' in cached) return cached;
  return { reasons: [...reasons, `cache: ${cached.reason}`] };
}

/** A person named this one: when it does not serve, another in its place would be a surprise. */
async function fromEnvironment(
  program: Program,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<FoundProgram | undefined> {
  const value = environment[program.environmentVariable];
  if (!value) return undefined;
  const file = path.resolve(value);
  const hint = `Unset ${program.environmentVariable} to let pawl find ${program.name} itself.`;
  if (!(await isExecutable(file))) {
    throw new ToolchainError(
      `${program.environmentVariable} is ${value}, which is not an executable file. ${hint}`,
    );
  }
  const tried = await fits(program, file);
  if ('version' in tried) return { path: file, version: tried.version, origin: 'environment' };
  throw new ToolchainError(`${program.environmentVariable}: ${tried.reason}. ${hint}`);
}

async function fits(
  program: Program,
  file: string,
): Promise<{ version: string } | { reason: string }> {
  try {
    const version = await versionOf(program, file);
    const problem = misfit(program, version);
    return problem === undefined ? { version } : { reason: `${file} ${problem}` };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function notFound(program: Program, reasons: string[], cause: unknown): ToolchainError {
  const tried = reasons.flatMap((reason) => reason.split('\n')).map((line) => `  - ${line}`);
  return new ToolchainError(
    [
      `${program.name} (${wanted(program)}) was not found and could not be got. Tried:`,
      ...tried,
      `Install it, or name one with ${program.environmentVariable}=/path/to/${program.executable}.`,
    ].join('\n'),
    { cause },
  );
}
