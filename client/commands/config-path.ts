import { existsSync } from 'node:fs';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { findStackFile } from '../../stack-file/find';

/** Which files would be read, valid or not. */
export function run({ globals, output }: Invocation): Promise<number> {
  const { environment } = globals;
  const { path } = findStackFile(globals);
  const overlay = environment && path.replace(/(\.[^.]+)$/, `.${environment}$1`);
  const files = [path, ...(overlay ? [overlay] : [])].map((name) => ({
    path: name,
    exists: existsSync(name),
  }));
  output.json('pawl/config-path@1', { files });
  for (const { path: name, exists } of files) output.result(exists ? name : `${name} (missing)`);
  return Promise.resolve(EXIT_CODES.done);
}
