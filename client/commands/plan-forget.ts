import type { Invocation } from '../command';
import { run as forget } from './forget';

export function run(invocation: Invocation): Promise<number> {
  return forget({ ...invocation, globals: { ...invocation.globals, dryRun: true } });
}
