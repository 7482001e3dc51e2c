import { join } from 'node:path';
import { parse } from 'yaml';
import { openStackFile } from '../../../stack-file/load';
import { explainStack, renderExplanation } from '../../../stack-file/origins';
import { pathText } from '../../../stack-file/tree';
import { read, withProtect } from './stack-texts';

const fixtures = join(__dirname, '../../fixtures/stack-files');

describe('the explanation of a stack file', () => {
  it('names the file, line and column of each value, or that it is a default', () => {
    const values = explainStack(
      openStackFile({ file: 'pawl.yaml', environment: 'staging', cwd: fixtures }),
    );
    const origins = Object.fromEntries(
      values.map(({ path, origin }) => [pathText(path), origin] as const),
    );
    expect(origins).toMatchObject({
      stack: 'pawl.yaml:2:8',
      directory: 'pawl.staging.yaml:2:12',
      'compose.files': 'pawl.yaml:5:19',
      'repository.password.command': 'pawl.staging.yaml:5:24',
      'repository.initialise': 'default',
      'protect.accounts.engine': 'pawl.yaml:10:23',
      'protect.accounts.address.host': 'pawl.staging.yaml:11:22',
      'protect.uploads.exclude': 'pawl.staging.yaml:12:23',
      'limits.deadline': 'pawl.staging.yaml:14:21',
      'limits.stall': 'default',
    });
    expect(Object.keys(origins)).not.toContain('protect.models.path');
    expect(Object.keys(origins)).not.toContain('protect.accounts.service');
  });

  it.each(['pawl.yaml', 'every-key.yaml'])('of %s is YAML that gives the same stack', (file) => {
    const loaded = openStackFile({ file, cwd: fixtures });
    const text = renderExplanation(explainStack(loaded));
    expect(parse(text)).toEqual(loaded.document);
    expect(read(text).description).toEqual(loaded.description);
  });

  it.each([
    'a: b',
    '# x',
    'true',
    'no',
    '0x1F',
    '1e3',
    '.5',
    'x:',
    '-',
    '\u001b[31m',
    '\u202e',
    '🙂',
  ])('quotes %j so that it stays text and does nothing to a terminal', (name) => {
    const entry = `a: {engine: postgres, service: db, database: ${JSON.stringify(name)}}`;
    const loaded = read(withProtect(entry));
    const text = renderExplanation(explainStack(loaded));
    expect(parse(text)).toEqual(loaded.document);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
