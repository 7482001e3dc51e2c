import type { Invocation } from '../command';
import { runProgram } from '../terminal/run-program';

export function run({ operands }: Invocation): Promise<number> {
  return runProgram('worker/main.js', operands);
}
