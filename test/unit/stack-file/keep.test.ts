import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');

describe('what a stack file says about recovery points that are kept', () => {
  it('becomes a policy, in seconds and octets', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.keep).toEqual({
      ...{ last: 3, hourly: 24, daily: 7, weekly: 4, monthly: 6, yearly: 2 },
      ...{ withinSeconds: 172_800, maxBytes: 300e9, zone: 'Europe/Berlin' },
    });
  });

  it('keeps everything where it says nothing, and counts in UTC', () => {
    expect(read(withLines()).description).not.toHaveProperty('keep');
    expect(read(withLines('keep: {daily: 7}')).description.keep).toEqual({ daily: 7, zone: 'UTC' });
  });

  it.each([
    [
      'one that keeps nothing',
      'keep: {zone: UTC}',
      '7:1 keep: must say what is kept, such as `{daily: 7, weekly: 4}`; without `keep` everything is',
    ],
    [
      'a key that is not known',
      'keep: {dayly: 7}',
      '7:8 keep.dayly: unknown key; did you mean `daily`?',
    ],
    ['none of a count', 'keep: {daily: 0}', '7:15 keep.daily: must be from 1 to 10000'],
    [
      'a size without a unit',
      "keep: {maxBytes: '300'}",
      '7:18 keep.maxBytes: must be a whole number and a unit: `800MB`, `300GB` or `2TB`',
    ],
    [
      'a zone that there is not',
      'keep: {daily: 7, zone: Europe/Berln}',
      '7:24 keep.zone: must be the name of a time zone, such as `Europe/Berlin`',
    ],
  ])('refuses %s', (_, line, problem) => {
    expect(problemsOf(withLines(line))).toEqual([problem]);
  });
});
