import type { Invocation } from '../../command';
import { run as forget } from './command';

export function run(invocation: Invocation): Promise<number> {
  return forget({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
