import type { Invocation } from '../command';
import { runProgram } from '../terminal/run-program';

export function run(invocation: Invocation): Promise<number> {
  return runProgram('worker/server.js', invocation);
}
