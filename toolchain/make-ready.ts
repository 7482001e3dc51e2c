import { findProgram, locateProgram } from './find-program';
import type { FoundProgram } from './program';
import { openProgress, type Report } from './progress';
import type { ProgramName } from './programs';
import type { Surroundings } from './surroundings';
import { ToolchainError } from './toolchain-error';

export type ReadyPrograms<Name extends ProgramName> = Readonly<Record<Name, FoundProgram>>;

/**
 * Makes programs ready before anything that needs them is started: what is not here is downloaded or built, side by
 * side as far as that helps, with a row of progress each on stderr.
 * Shape:  names → name → { path, version, origin }
 * Retry:  safe; what was ready before a failure stays in the cache
 * Throws: ToolchainError that names every program that cannot be had, and each way that was tried · the signal's reason
 */
export async function makeReady<Name extends ProgramName>(
  names: readonly Name[],
  options: Partial<Surroundings> = {},
): Promise<ReadyPrograms<Name>> {
  const located = await all(names, (name) => locateProgram(name, options));
  const missing = names.filter((name) => located[name] === undefined);
  if (missing.length === 0) return located as ReadyPrograms<Name>;
  const { report } = options;
  const progress = report === undefined ? await openProgress() : undefined;
  try {
    const rows = new Map<Name, Report | undefined>();
    for (const name of missing) rows.set(name, progress?.row() ?? report);
    return await all(names, async (name) => {
      const row = rows.get(name);
      return (
        located[name] ??
        findProgram(name, row === undefined ? options : { ...options, report: row })
      );
    });
  } finally {
    progress?.end();
  }
}

/** Waits for all of them, so that a person sees every failure at once. */
async function all<Name extends ProgramName, Result>(
  names: readonly Name[],
  work: (name: Name) => Promise<Result>,
): Promise<Record<Name, Result>> {
  const ended = await Promise.allSettled(names.map(work));
  const failures = ended.flatMap((end) =>
    end.status === 'rejected' ? [end.reason as unknown] : [],
  );
  const [only] = failures;
  if (failures.length === 1 || (failures.length > 1 && !failures.every(isToolchainError)))
    throw only;
  if (failures.length > 1)
    throw new ToolchainError(failures.map((failure) => (failure as Error).message).join('\n'));
  const results = ended.map((end) => (end as PromiseFulfilledResult<Result>).value);
  return Object.fromEntries(names.map((name, place) => [name, results[place]])) as Record<
    Name,
    Result
  >;
}

function isToolchainError(error: unknown): boolean {
  return error instanceof ToolchainError;
}
