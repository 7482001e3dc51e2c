import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../../toolchain/worker-memory';
import type { Invocation } from '../command';
import { runProgram } from '../terminal/run-program';

export function run(invocation: Invocation): Promise<number> {
  return runProgram('worker/main.js', invocation, {
    nodeFlags: MEMORY_FLAGS,
    environment: MEMORY_ENVIRONMENT,
  });
}
