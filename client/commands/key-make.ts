import { makeKeyFile, readKeyFile } from '../../sealing/key-file';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { keyFileOf, keysInWords } from '../temporal/keys';

/** Of a key that is there it is looked at whether it can be used. The key itself is shown by no command. */
export function run({ globals, output }: Invocation): Promise<number> {
  const file = keyFileOf(globals);
  const made = keysInWords(() => {
    const result = makeKeyFile(file) === 'made';
    readKeyFile(file);
    return result;
  });
  output.json('pawl/key@1', { file, made });
  output.result(
    made
      ? `Made the key ${file}. Copy it to the other hosts, and keep one where the repository's password is kept.`
      : `The key ${file} was there, and is in order.`,
  );
  return Promise.resolve(EXIT_CODES.done);
}
