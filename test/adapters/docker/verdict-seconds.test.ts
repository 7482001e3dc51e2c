import { verdictSeconds } from '../../../activities/adapters/docker/verdict-seconds';

const SECOND = 1e9;

it.each([
  ['the engine’s own values', { Test: ['CMD', 'x'] }, 240],
  [
    'a check each 75 s',
    { Test: ['CMD', 'x'], Interval: 75 * SECOND, Timeout: 5 * SECOND, Retries: 3 },
    320,
  ],
  [
    'a period in which failures do not count',
    {
      Test: ['CMD', 'x'],
      StartPeriod: 120 * SECOND,
      Interval: SECOND,
      Timeout: SECOND,
      Retries: 1,
    },
    124,
  ],
  ['none', undefined, undefined],
  ['one that is switched off', { Test: ['NONE'] }, undefined],
])('a verdict may take as long as the health check says: %s', (_what, check, seconds) => {
  const settings = check === undefined ? {} : { Healthcheck: check };
  expect(verdictSeconds(settings)).toBe(seconds);
});
