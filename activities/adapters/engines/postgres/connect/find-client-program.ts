import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AdapterError } from '../../../../ports/adapter-error';
import type { CommandRunner } from '../../../../ports/command-runner';

/** Finds a client program for a server of this major version: its file. */
export type FindClientProgram = (program: string, serverMajor: number) => Promise<string>;

/** Where packages put each major version beside the others: Debian, Red Hat, Homebrew on ARM and Intel, Postgres.app. */
const VERSIONED_FOLDERS: readonly (readonly [root: string, rest: string])[] = [
  ['/usr/lib/postgresql', 'bin'],
  ['/usr', 'bin'],
  ['/opt/homebrew/opt', 'bin'],
  ['/usr/local/opt', 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', 'bin'],
];

/** `postgresql@17`, `pgsql-17`, `libpq`, and Debian's plain `17`. */
const VERSION_FOLDER = /^(postgresql(@\d+)?|pgsql-\d+|libpq|\d+|latest)$/;

interface Candidate {
  readonly file: string;
  readonly major: number;
}

/**
 * Looks on this host for programs that can serve a server: the same major version when there is one, else the next
 * higher. A lower one refuses ("server version mismatch"); a higher one writes archives that older servers cannot take.
 * Throws: PreconditionFailed that names the versions found
 */
export function clientProgramsOnHost(hostRunner: CommandRunner): FindClientProgram {
  return async (program, serverMajor) => {
    const found = await candidates(hostRunner, program);
    const fitting = found
      .filter(({ major }) => major >= serverMajor)
      .sort((a, b) => a.major - b.major)
      .at(0);
    if (fitting !== undefined) return fitting.file;
    const have = found.map(({ file, major }) => `${file} (${major})`).join(', ') || 'none';
    throw new AdapterError(
      'PreconditionFailed',
      `The server is PostgreSQL ${serverMajor}; no ${program} on this host is new enough: ${have}`,
      { advice: `Install the client programs of PostgreSQL ${serverMajor} or later on the host.` },
    );
  };
}

async function candidates(hostRunner: CommandRunner, program: string): Promise<Candidate[]> {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...inPath, ...(await versionedFolders())];
  const found: Candidate[] = [];
  for (const file of new Set(folders.map((folder) => join(folder, program)))) {
    if (!(await isExecutable(file))) continue;
    const { stdout } = await hostRunner.run([file, '--version']);
    const major = / (\d+)[.\d a-z]/.exec(stdout)?.[1];
    if (major !== undefined) found.push({ file, major: Number(major) });
  }
  return found;
}

async function versionedFolders(): Promise<string[]> {
  const folders = VERSIONED_FOLDERS.map(async ([root, rest]) => {
    const names = await readdir(root).catch(() => []); // most machines have one of them
    return names.filter((name) => VERSION_FOLDER.test(name)).map((name) => join(root, name, rest));
  });
  return (await Promise.all(folders)).flat();
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
