import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compares text with a file of `golden/`. `PAWL_WRITE_GOLDEN=1 npx jest test/unit/client` writes the files anew: read the
 * difference before it is committed. Local times are replaced: they depend on the machine's zone.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(__dirname, 'golden', `${name}.txt`);
  const actual = `${withoutLocalTimes(text)}\n`;
  if (process.env['PAWL_WRITE_GOLDEN']) writeFileSync(file, actual);
  expect(actual).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `(no file ${file})`);
}

function withoutLocalTimes(text: string): string {
  return text
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, '<local time>')
    .replace(/^\d{2}:\d{2}:\d{2} /gm, '<clock> ');
}
