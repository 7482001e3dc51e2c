import { readFile } from 'node:fs/promises';
import { AdapterError } from '../../ports/adapter-error';
import { isMissing } from './durable-files';

/** Undefined when there is no such file. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Throws: InternalError (not JSON: files are written whole, so that somebody else has written it) */
export async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    const advice = 'Put a good copy of the file in its place.';
    const problem = `${file} is not JSON: ${(error as Error).message}`;
    throw new AdapterError('InternalError', problem, { advice }, { cause: error });
  }
}
