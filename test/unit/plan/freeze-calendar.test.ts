import type { FreezeWindow } from '../../../workflows/model/freeze-window';
import { freezeWords, frozenBy } from '../../../workflows/run/people/freeze-calendar';

const BASE: FreezeWindow = { runbooks: ['deploy'], zone: 'UTC', reason: 'r' };
const isFrozen = (window: Partial<FreezeWindow>, at: string) =>
  frozenBy([{ ...BASE, ...window }], 'deploy', new Date(at)) !== undefined;

// 2026-11-27 is a Friday.
const EVENING = { days: ['fri'], hours: { from: 960, to: 1440 } } as const;
const NIGHT = { days: ['fri'], hours: { from: 1320, to: 360 } } as const;

it.each([
  ['before it', EVENING, '2026-11-27T15:59:59Z', false],
  ['at its beginning', EVENING, '2026-11-27T16:00:00Z', true],
  ['in its last minute', EVENING, '2026-11-27T23:59:59Z', true],
  ['at its end', EVENING, '2026-11-28T00:00:00Z', false],
  ['on another day', EVENING, '2026-11-26T17:00:00Z', false],
  ['in the night that begins on its day', NIGHT, '2026-11-28T05:59:00Z', true],
  ['when that night is over', NIGHT, '2026-11-28T06:00:00Z', false],
  ['in the night before', NIGHT, '2026-11-27T05:00:00Z', false],
  ['on a day without hours', { days: ['fri'] } as const, '2026-11-27T00:00:00Z', true],
])('is frozen %s or not', (_, window, at, expected) => {
  expect(isFrozen(window, at)).toBe(expected);
});

it('takes first and last day in', () => {
  const dates = { first: '2026-12-20', last: '2027-01-03' };
  expect(isFrozen({ dates }, '2026-12-19T23:59:59Z')).toBe(false);
  expect(isFrozen({ dates }, '2026-12-20T00:00:00Z')).toBe(true);
  expect(isFrozen({ dates }, '2027-01-03T23:59:59Z')).toBe(true);
  expect(isFrozen({ dates }, '2027-01-04T00:00:00Z')).toBe(false);
});

it('has the days and hours of its zone, also where clocks are put forward', () => {
  const berlin = { ...EVENING, zone: 'Europe/Berlin' };
  expect(isFrozen(berlin, '2026-11-27T15:00:00Z')).toBe(true);
  expect(isFrozen(berlin, '2026-11-27T23:00:00Z')).toBe(false);
  // Summer time: two hours ahead. 2026-07-03 is a Friday.
  expect(isFrozen(berlin, '2026-07-03T14:00:00Z')).toBe(true);
  expect(isFrozen(berlin, '2026-07-03T13:59:00Z')).toBe(false);
  // A zone that is a day ahead.
  expect(isFrozen({ days: ['sat'], zone: 'Pacific/Kiritimati' }, '2026-11-27T12:00:00Z')).toBe(
    true,
  );
});

it('is of the runbooks that it names', () => {
  const at = new Date('2026-11-27T17:00:00Z');
  expect(frozenBy([{ ...BASE, ...EVENING }], 'rollback', at)).toBeUndefined();
  expect(frozenBy(undefined, 'deploy', at)).toBeUndefined();
});

it('is told with its reason', () => {
  const dates = { first: '2026-12-20', last: '2027-01-03' };
  expect(freezeWords({ ...BASE, ...NIGHT, dates, reason: 'quiet' })).toBe(
    'quiet (2026-12-20..2027-01-03 fri 22:00-06:00, UTC)',
  );
});
