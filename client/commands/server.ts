import type { Invocation } from '../command';
import { runProgram } from '../terminal/run-program';

export function run({ operands, globals }: Invocation): Promise<number> {
  const argv = globals.json ? ['--json', ...operands] : operands;
  return runProgram('worker/server.js', argv);
}
