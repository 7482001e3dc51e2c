import type { Invocation } from '../../command';
import { run as deploy } from './command';

export function run(invocation: Invocation): Promise<number> {
  return deploy({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
