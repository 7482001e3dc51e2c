import type { Invocation } from '../../command';
import { run as backup } from './command';

export function run(invocation: Invocation): Promise<number> {
  return backup({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
