import { resticPatterns } from '../../../activities/adapters/engines/files/restic-patterns';

it.each<[pattern: string, restic: readonly string[] | undefined]>([
  ['*.tmp', ['/srv/**/*.tmp']],
  ['./cache', ['/srv/cache']],
  ['a*b', ['/srv/**/a*b', '/srv/**/a*/*b', '/srv/a*/**/*b', '/srv/**/a*/**/*b']],
  ['a?b', ['/srv/**/a?b', '/srv/**/a/b']],
  ['[!a-c]x', ['/srv/**/[^a-c]x']],
  ['/absolute', []],
  ['folder/', []],
  ['!x', ['/srv/**/!x']],
  ['[[:digit:]]', undefined],
  ['[+-9]', undefined],
  ['a*b*c*d*e', undefined],
  ['.', undefined],
])('says %j in the way of restic', (pattern, restic) => {
  expect(resticPatterns('/srv', [pattern])).toEqual(restic);
});

it('takes the folder itself as it is', () => {
  expect(resticPatterns('/s*[v]', ['x'])).toEqual(['/s\\*\\[v]/**/x']);
});
