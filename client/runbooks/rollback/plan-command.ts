import type { Invocation } from '../../command';
import { run as rollback } from './command';

export function run(invocation: Invocation): Promise<number> {
  return rollback({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
