import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';

export async function run({ operands }: Invocation): Promise<number> {
  const { script } = await import('@bomb.sh/tab');
  script(operands[0] ?? '', 'pawl', 'pawl');
  return EXIT_CODES.done;
}
