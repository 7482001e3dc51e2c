import { BASH_SCRIPT } from '../completion/bash-script';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';

export async function run({ operands: [shell = ''], output }: Invocation): Promise<number> {
  if (shell === 'bash') {
    output.stdout.write(BASH_SCRIPT);
  } else {
    const { script } = await import('@bomb.sh/tab');
    script(shell, 'pawl', 'pawl');
  }
  return EXIT_CODES.done;
}
