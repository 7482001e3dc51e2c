import { compareContents, describeDifferences } from '../../../workflows/model/compare-contents';
import type { ContentDigest } from '../../../workflows/model/recovery-point';

const content = (change: Partial<ContentDigest> = {}): ContentDigest => ({
  name: 'public.users',
  rows: 3,
  digest: 'abc',
  method: 'm/15',
  ...change,
});

describe('comparing a restored part with its manifest', () => {
  it('finds nothing when all contents are equal, in any order', () => {
    const other = content({ name: 'public.orders', digest: 'def' });
    expect(compareContents([content(), other], [other, content()])).toEqual([]);
  });

  it.each([
    ['a missing table', [content()], [], 'public.users is missing'],
    [
      'another number of rows',
      [content()],
      [content({ rows: 2 })],
      'public.users has 2 rows instead of 3',
    ],
    [
      'another content with as many rows',
      [content()],
      [content({ digest: 'xyz' })],
      'public.users has 3 rows as promised, but other content',
    ],
    [
      'a digest of another method, even when its text is equal',
      [content()],
      [content({ method: 'm/16' })],
      'public.users could not be compared: m/16 is not m/15',
    ],
    ['a table too many', [], [content()], 'public.users was not in the recovery point'],
  ])('finds %s', (_title, expected, actual, sentence) => {
    expect(compareContents(expected, actual)).toEqual([sentence]);
  });

  it('names the first five differences and counts the rest', () => {
    const many = Array.from({ length: 8 }, (_unused, index) => `t${index} is missing`);
    expect(describeDifferences(many)).toMatch(/^t0 is missing; .*t4 is missing; and 3 more$/);
  });
});
