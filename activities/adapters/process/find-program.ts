import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';

/**
 * Resolves a program's name to its file, as execvp(3) would.
 * Throws: PreconditionFailed that names the folders looked in.
 */
export async function findProgram(name: string, path: string, cwd: string): Promise<string> {
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(delimiter).map((folder) => join(folder === '' ? cwd : folder, name));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  const where = name.includes('/') ? '' : ` in PATH (${path})`;
  throw new AdapterError(
    'PreconditionFailed',
    `The program ${name} was not found${where} on host`,
    {
      advice: `Install ${name}, or give the worker a PATH that has it. \`pawl doctor\` says what is found.`,
    },
  );
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
