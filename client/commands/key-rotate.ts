import { rotateKeyFile } from '../../sealing/key-file';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatFullTime } from '../render/format';
import { parseDuration } from '../runs/parse-time';
import { keyFileOf, keysInWords } from '../temporal/keys';

/** Workers and `pawl server` see a changed key by themselves. */
export function run({ globals, flags, output }: Invocation): Promise<number> {
  const file = keyFileOf(globals);
  const sealsFrom = flags.after === undefined ? 0 : Date.now() + parseDuration(flags.after) * 1_000;
  keysInWords(() => {
    rotateKeyFile(file, sealsFrom);
  });
  const from = new Date(sealsFrom || Date.now()).toISOString();
  output.json('pawl/key-rotated@1', { file, sealsFrom: from });
  const when = sealsFrom === 0 ? 'now' : formatFullTime(from);
  output.result(`${file} has a new key, which seals from ${when} on. The old ones still open.`);
  output.note(
    sealsFrom === 0
      ? 'Copy the file to the other hosts at once: until then they refuse what is sealed with it.'
      : 'Copy the file to the other hosts until then.',
  );
  return Promise.resolve(EXIT_CODES.done);
}
