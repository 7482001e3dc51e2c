import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatCount } from '../render/format';
import { loadStackFile } from '../../stack-file/load';

/** Problems are thrown: exit 2, each with its place in the file. */
export function run({ globals, output }: Invocation): Promise<number> {
  const { name, protect } = loadStackFile(globals);
  output.json('pawl/config-valid@1', { stack: name, parts: protect.map((entry) => entry.name) });
  output.result(`Stack ${name} is in order; it protects ${formatCount(protect.length, 'part')}.`);
  return Promise.resolve(EXIT_CODES.done);
}
