import { linesOf } from '../../../client/logs/kept-lines';

it('tells what a container wrote line by line, each at its time', () => {
  const text = [
    '2026-11-29T15:00:00.123456789Z one',
    '  more of it',
    '2026-11-29T15:00:01.000000001Z ',
  ].join('\n');
  const lines = linesOf({ step: 'migrate', container: 'once', text });
  expect(lines.map(({ at, text: line }) => [at, line])).toEqual([
    ['2026-11-29T15:00:00.123456789Z', 'one'],
    ['2026-11-29T15:00:00.123456789Z', '  more of it'],
    ['2026-11-29T15:00:01.000000001Z', ''],
  ]);
  expect(lines[0]).toMatchObject({ what: 'output', step: 'migrate', container: 'once' });
});
