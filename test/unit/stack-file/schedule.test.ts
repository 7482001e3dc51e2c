import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cronProblem, gapsSeconds } from '../../../stack-file/cron';
import { problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');
const entry = (keys: string): string => withLines('schedule:', `  backup: {${keys}}`);
const HOUR = 3600;

describe('what a stack file says about schedules', () => {
  it('becomes entries, with every default filled in', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.schedule).toEqual([
      {
        runbook: 'backup',
        when: { cron: '15 3 * * mon-fri', zone: 'Europe/Berlin' },
        jitterSeconds: 600,
        only: ['accounts'],
      },
      {
        runbook: 'drill',
        when: { cron: '0 5 * * sun', zone: 'UTC' },
        jitterSeconds: 0,
        point: 'random',
      },
      { runbook: 'retain', when: { everySeconds: 24 * HOUR }, jitterSeconds: 0 },
    ]);
    expect(read(entry("cron: ' 15  3 * * * '")).description.schedule).toEqual([
      { runbook: 'backup', when: { cron: '15 3 * * *', zone: 'UTC' }, jitterSeconds: 0 },
    ]);
    expect(read(entry('every: 6h')).description.schedule).toEqual([
      { runbook: 'backup', when: { everySeconds: 6 * HOUR }, jitterSeconds: 0 },
    ]);
  });

  it('is none when it is nothing', () => {
    expect(read(withLines('schedule: {}')).description).not.toHaveProperty('schedule');
  });

  it.each([
    ['neither times nor period', 'jitter: 1m', 'backup: must have one of `cron` and `every`'],
    ['both', "cron: '0 3 * * *', every: 1h", 'backup: must have one of `cron` and `every`'],
    [
      'a zone of a period',
      'every: 1h, zone: UTC',
      'backup.zone: is for `cron`; `every` counts in UTC',
    ],
    [
      'a zone that there is not',
      "cron: '0 3 * * *', zone: Europe/Berln",
      'backup.zone: must be the name of a time zone, such as `Europe/Berlin`',
    ],
    ['a period of seconds', 'every: 30s', 'backup.every: must be at least `1m`'],
    [
      'a jitter as long as the period',
      "cron: '0 3 * * *', jitter: 1d",
      'backup.jitter: must be shorter than the time from one start to the next',
    ],
    ['a jitter longer than the period', 'every: 1h, jitter: 2h', 'backup.jitter: must be shorter'],
    [
      'a part that is not protected',
      'every: 1h, only: [nothing]',
      'backup.only[0]: is no entry of `protect`',
    ],
    ['what only a drill is asked', 'every: 1h, point: oldest', 'backup.point: is for a drill'],
    ['a key that there is not', 'every: 1h, at: noon', 'backup.at'],
  ])('is refused with %s, at its place', (_what, keys, message) => {
    const problems = problemsOf(entry(keys));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`schedule.${message}`);
    expect(problems[0]).toMatch(/^[89]:\d+ /);
  });

  it('is refused for a runbook that does not start by itself', () => {
    const [problem = ''] = problemsOf(withLines('schedule: {restore: {every: 1d}}'));
    expect(problem).toContain('schedule.restore');
  });
});

describe('cron', () => {
  it.each([
    '15 3 * * *',
    '*/15 * * * *',
    '0 5 * * sun',
    '0 5 1,15 * *',
    '0 5 * JAN-mar 7',
    '5-50/15 3 * * *',
  ])('of five fields is taken: %s', (text) => {
    expect(cronProblem(text)).toBeUndefined();
  });

  it('of six fields is refused with what they would mean', () => {
    expect(cronProblem('* */15 * * * *')).toMatch(
      /first of six is the second: .*second `\*` of minute `\*\/15`.*such as `\*\/15 \* \* \* \*`/,
    );
  });

  it.each([
    ['15 3 * *', /must be five fields/],
    ['@daily', /must be five fields/],
    ['0 0 15 3 * * 2027', /must be five fields/],
    ['0 5 L * *', /must be five fields/],
    ['0 5 * * fri#1', /must be five fields/],
    ['61 3 * * *', /minute/],
    ['0 25 * * *', /hour/],
    ['0 5 * foo *', /must be five fields/],
    ['0 5 31 feb *', /never comes/],
    ['0 5 1 * sun', /cron takes either, Temporal both/],
    ['5-3 * * * *', /is not what cron reads/],
  ])('that Temporal would not take, or take otherwise, is refused: %s', (text, problem) => {
    expect(cronProblem(text)).toMatch(problem);
  });

  it.each([
    ['15 3 * * *', 'UTC', 24 * HOUR, 24 * HOUR],
    // One day has 23 hours, another 25.
    ['15 3 * * *', 'Europe/Berlin', 23 * HOUR, 25 * HOUR],
    ['0 3,4 * * *', 'UTC', HOUR, 23 * HOUR],
    ['0 5 * * sun', 'UTC', 7 * 24 * HOUR, 7 * 24 * HOUR],
    ['* 8-17 * * 1-5', 'UTC', 60, 7 * 24 * HOUR],
  ])('%s in %s has its shortest and longest gap', (cron, zone, shortest, longest) => {
    const from = new Date('2026-01-15T12:00:00Z');
    expect(gapsSeconds({ cron, zone }, from)).toEqual({ shortest, longest });
  });
});
