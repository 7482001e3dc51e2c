import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { jsonSchema, stackFileDocument } from '../../../stack-file/generate-docs';

const root = join(__dirname, '../../..');
const committed = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('what is generated from the schema', () => {
  it('docs/stack-file.md is up to date (else: npx tsx stack-file/generate-docs.ts)', () => {
    expect(committed('docs/stack-file.md')).toBe(stackFileDocument());
  });

  it('docs/pawl.schema.json is up to date (else: npx tsx stack-file/generate-docs.ts)', () => {
    expect(JSON.parse(committed('docs/pawl.schema.json'))).toEqual(jsonSchema());
  });

  it('has a meaning for every key', () => {
    const rows = stackFileDocument().match(/^\| `.*/gm) ?? [];
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  });

  it('is a JSON Schema that takes what pawl takes and refuses what it refuses', () => {
    const schema = z.fromJSONSchema(JSON.parse(committed('docs/pawl.schema.json')) as never);
    const fixture = (file: string): unknown =>
      parse(committed(`test/fixtures/stack-files/${file}`));
    expect(schema.safeParse(fixture('pawl.yaml')).error).toBeUndefined();
    expect(schema.safeParse(fixture('every-key.yaml')).error).toBeUndefined();
    expect(schema.safeParse(fixture('golden/many-mistakes.yaml')).success).toBe(false);
  });
});

describe('the schema library', () => {
  it('is not loaded by the command line itself', () => {
    const program = join(root, 'client/cli.ts');
    const script = `require('tsx/cjs'); require(${JSON.stringify(program)});
      console.log(Object.keys(require.cache).filter((file) => /node_modules.(zod|yaml)\\b/.test(file)).length)`;
    expect(execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })).toBe(
      '0\n',
    );
  });
});
