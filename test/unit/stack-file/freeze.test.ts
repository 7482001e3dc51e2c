import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');

const window = (keys: string): readonly string[] => ['freeze:', `  - {reason: r, ${keys}}`];

describe('what a stack file says about freezes', () => {
  it('becomes windows, with every default filled in', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.freeze).toEqual([
      {
        ...{ reason: 'weekend', runbooks: ['deploy'], zone: 'Europe/Berlin', days: ['fri'] },
        hours: { from: 960, to: 1440 },
      },
      {
        ...{ reason: 'holidays', runbooks: ['deploy', 'restore'], zone: 'UTC' },
        dates: { first: '2026-12-20', last: '2027-01-03' },
      },
    ]);
  });

  it.each([[[]], [['freeze: []']]])('is none when it is nothing: %j', (lines) => {
    expect(read(withLines(...lines)).description).not.toHaveProperty('freeze');
  });

  it.each([
    [
      'a window that is always',
      'zone: UTC',
      '8:5 freeze[0]: must have one of `days`, `hours` and `dates`; `pawl freeze` freezes everything',
    ],
    [
      'a day that there is not',
      'days: [friday]',
      '8:24 freeze[0].days[0]: `friday` is not known here; known here: `sun`, `mon`, `tue`, `wed`, `thu`, `fri`, `sat`',
    ],
    [
      'hours without an end',
      "hours: '16:00'",
      '8:24 freeze[0].hours: must be two times of the day, such as `16:00-24:00`',
    ],
    [
      'hours that end as they begin',
      "hours: '16:00-16:00'",
      '8:24 freeze[0].hours: must end later than it begins; the whole day is without `hours`',
    ],
    [
      'a day that the calendar has not',
      'dates: 2026-02-30..2026-03-01',
      '8:24 freeze[0].dates: has no day 2026-02-30 in the calendar',
    ],
    [
      'dates in the wrong order',
      'dates: 2026-03-02..2026-03-01',
      '8:24 freeze[0].dates: must end on the day it begins, or later',
    ],
    [
      'a zone that there is not',
      'days: [fri], zone: Europe/Berln',
      '8:36 freeze[0].zone: must be the name of a time zone, such as `Europe/Berlin`',
    ],
  ])('is refused for %s', (_title, keys, problem) => {
    expect(problemsOf(withLines(...window(keys)))).toEqual([problem]);
  });
});
