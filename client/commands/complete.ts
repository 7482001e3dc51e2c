import { completionTree } from '../completion/tree';
import { readNames } from '../completion/names';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';

/** Answers the scripts of `pawl completion`: words typed so far, the last one perhaps empty. */
export async function run({ operands, table, globals }: Invocation): Promise<number> {
  const words = operands[0] === '--' ? operands.slice(1) : [...operands];
  const tree = await completionTree(table, (section) => readNames(words, section, globals));
  tree.parse([...words]);
  return EXIT_CODES.done;
}
