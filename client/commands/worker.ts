import type { Invocation } from '../command';
import { runProgram } from '../terminal/run-program';

/** A worker's bytes are in its programs: as in worker/server/worker-command.ts, where it was measured. */
const SMALL = {
  nodeFlags: ['--max-semi-space-size=2', '--single-threaded-gc', '--optimize-for-size'],
  environment: { MALLOC_ARENA_MAX: '2' },
};

export function run(invocation: Invocation): Promise<number> {
  return runProgram('worker/main.js', invocation, SMALL);
}
