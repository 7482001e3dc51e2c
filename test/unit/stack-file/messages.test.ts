import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, withLines } from './stack-texts';

const golden = join(__dirname, '../../fixtures/stack-files/golden');
const names = readdirSync(golden)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

describe('the message of a bad stack file', () => {
  it.each(names)('is, for %s, exactly as in the golden file', (name) => {
    const message = `${failure(readFileSync(join(golden, `${name}.yaml`), 'utf8')).format()}\n`;
    const file = join(golden, `${name}.txt`);
    // Look at the difference before you commit it.
    if (process.env['PAWL_UPDATE_GOLDEN'] === '1') writeFileSync(file, message);
    expect(message).toBe(readFileSync(file, 'utf8'));
  });

  it.each(names)('holds, for %s, no secret and nothing that moves a cursor', (name) => {
    const error = failure(readFileSync(join(golden, `${name}.yaml`), 'utf8'));
    const told = error.format() + error.message + JSON.stringify(error.problems);
    expect(told).not.toMatch(/hunter[0-9]/);
    expect(told.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('says of a thousand mistakes the first forty, and how many more there are', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `wrong${index}: 1`);
    const error = failure(withLines(...lines));
    expect(error.problems).toHaveLength(1000);
    expect(error.format().split('\n\n')).toHaveLength(41);
    expect(error.format()).toMatch(/\n\n… and 960 more$/);
  });
});
