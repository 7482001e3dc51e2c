import { withoutNamed } from '../../../workflows/model/compare-contents';
import { parseQualifiedName, qualifiedName } from '../../../workflows/model/qualified-name';

describe('names of objects', () => {
  it.each([
    ['public.totals', ['public', 'totals']],
    ['totals', ['totals']],
    ['"a.b".c', ['a.b', 'c']],
    ['a."b.c"', ['a', 'b.c']],
    ['public."My ""own"" table"', ['public', 'My "own" table']],
    ['Public.Totals', ['Public', 'Totals']],
    ['', undefined],
    ['a.', undefined],
    ['.a', undefined],
    ['"a', undefined],
    ['"a"b', undefined],
  ])('%s has the parts %j', (text, parts) => {
    expect(parseQualifiedName(text)).toEqual(parts);
  });

  it('are written so that they can be read again, whatever is in them', () => {
    for (const parts of [
      ['a', 'b'],
      ['a.b', 'C'],
      ['"', '""'],
      [' ', 'ü\n'],
      ['', 'x'],
    ]) {
      expect(parseQualifiedName(qualifiedName(parts))).toEqual(parts);
    }
  });

  it('are the same however they are quoted', () => {
    const contents = ['public."user"', 'public.t', 'large objects'].map((name) => ({
      ...{ name, rows: 1, digest: '', method: '' },
    }));
    const names = withoutNamed(contents, ['public.user', 'large objects']).map(({ name }) => name);
    expect(names).toEqual(['public.t']);
  });
});
