import { join } from 'node:path';

/** A built file, also when this code runs from its sources: what is started or loaded by path is always the built one. */
export function distFile(...segments: readonly string[]): string {
  const parent = join(__dirname, '..');
  const dist = __filename.endsWith('.ts') ? join(parent, 'dist') : parent;
  return join(dist, ...segments);
}
