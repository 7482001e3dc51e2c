import type { Invocation } from '../../command';
import { run as restore } from './command';

export function run(invocation: Invocation): Promise<number> {
  return restore({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
