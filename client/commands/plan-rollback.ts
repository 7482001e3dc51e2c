import type { Invocation } from '../command';
import { run as rollback } from './rollback';

export function run(invocation: Invocation): Promise<number> {
  return rollback({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
